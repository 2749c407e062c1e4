/** StatsdEmitter: every event is counted in statsd (manual 5.10, protocol 5.3). */
import { CircusPlugin, type EventData } from '#libs/plugin';
import { Metrics, statsdOptions } from '../metrics.ts';

/** One counter an event: `circus.<application_name>.watcher.<watcher>.<event>`. */
export class StatsdEmitter extends CircusPlugin {
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
