/** Sending metrics to statsd (protocol 5.3): the options of every plugin that does, and the sender. */
import { StatsD } from 'hot-shots';
import { boolean, defineOptions, integer, number, type OptionValues, string } from '#libs/options';

/** Where metrics go. */
export const statsdOptions = defineOptions([
  {
    name: 'host',
    kind: string,
    default: 'localhost',
    doc: 'The host of statsd.',
    manual: '5.10',
  },
  {
    name: 'port',
    kind: integer,
    default: 8125,
    minimum: 1,
    maximum: 65_535,
    doc: 'The UDP port of statsd.',
    manual: '5.10',
  },
  {
    name: 'sample_rate',
    kind: number,
    default: 1,
    minimum: 0,
    maximum: 1,
    doc: 'The part of the counters that is sent, from 0 to 1; each tells statsd how many it stands for.',
    manual: '5.10',
  },
  {
    name: 'application_name',
    kind: string,
    default: 'app',
    doc: 'Every metric begins with `circus.<application_name>.watcher.`.',
    manual: '5.10',
  },
  {
    name: 'dogstatsd',
    kind: boolean,
    default: false,
    doc: 'Give the watcher as the tag `watcher:<name>` of DogStatsD, and not as a part of the name.',
    manual: '-',
  },
]);

type StatsdOptions = OptionValues<typeof statsdOptions>;

/** Sends one metric a datagram; nobody listening is no error. */
export class Metrics {
  readonly #client: StatsD;
  readonly #sampleRate: number;
  readonly #isTagged: boolean;

  constructor(options: StatsdOptions, warn: (text: string) => void) {
    const { host, port, sample_rate, application_name, dogstatsd } = options;
    this.#sampleRate = sample_rate;
    this.#isTagged = dogstatsd;
    this.#client = new StatsD({
      host,
      port,
      prefix: `circus.${clean(application_name)}.watcher.`,
      // A name is looked up once a minute and not for every datagram.
      cacheDns: true,
      maxBufferSize: 0,
      errorHandler: (error) => warn(`a metric was not sent: ${error.message}`),
    });
  }

  /** Counts one `bucket`; with a watcher it is about that watcher. */
  increment(bucket: string, watcher?: string): void {
    const { name, tags } = this.#address(bucket, watcher);
    this.#client.increment(name, 1, this.#sampleRate, tags);
  }

  /** Tells the present value of `bucket`. */
  gauge(bucket: string, value: number): void {
    this.#client.gauge(clean(bucket), value);
  }

  /** Tells how long something took. */
  timing(bucket: string, ms: number): void {
    this.#client.timing(clean(bucket), ms);
  }

  /** Resolves when all has been handed to the kernel. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#client.close(() => resolve()));
  }

  #address(bucket: string, watcher: string | undefined): { name: string; tags: string[] } {
    if (watcher === undefined) return { name: clean(bucket), tags: [] };
    if (this.#isTagged) return { name: clean(bucket), tags: [`watcher:${watcher}`] };
    return { name: `${clean(watcher)}.${clean(bucket)}`, tags: [] };
  }
}

/** What statsd's lines are made of cannot be in a name, so `plugin:x` becomes `plugin_x`. */
function clean(name: string): string {
  return name.replaceAll(/[:|@#\s]/g, '_');
}
