/** StatsdEmitter: every event is counted in statsd (manual 5.10, protocol 5.3). */
import { CircusPlugin, type EventData } from '#libs/plugin';
import { Metrics, statsdOptions } from '../metrics.ts';

/** One counter an event: `circus.<application_name>.watcher.<watcher>.<event>`. */
export class StatsdEmitter extends CircusPlugin {
  static readonly classPath = 'circus.plugins.statsd.StatsdEmitter';
  static readonly summary =
    'Counts every event in statsd, one UDP datagram each: `circus.<application_name>.watcher.<watcher>.<event>:1|c`.';
  static override readonly options = statsdOptions;
  readonly #metrics = new Metrics(this.read_options(statsdOptions), (text) => this.log.warn(text));

  override handle_recv(data: EventData): void {
    const [watcher, action] = this.split_data(data);
    this.#metrics.increment(action, watcher);
  }

  override async handle_stop(): Promise<void> {
    await this.#metrics.close();
  }
}
