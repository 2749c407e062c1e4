/** Flapping: stops watchers that keep crashing, and tries them again later (manual 5.10, protocol 5.3). */
import { boolean, defineOptions, integer, type OptionValues, seconds } from '#libs/options';
import { CircusPlugin, type EventData, PluginOptionsError, readPluginOptions } from '#libs/plugin';
import { isJsonObject, type JsonObject } from '#libs/protocol';
import { Crashes } from '../crashes.ts';
import { WatcherNames } from '../watcher-names.ts';

const options = defineOptions([
  {
    name: 'attempts',
    kind: integer,
    default: 2,
    unit: 'crashes',
    minimum: 1,
    doc: 'How many crashes within `window` are flapping; of a watcher with several processes, so many for each of them.',
    manual: '5.10',
  },
  {
    name: 'window',
    kind: seconds,
    default: 1,
    unit: 'seconds',
    minimum: 0,
    doc: 'The time in which that many crashes are flapping. The pauses that circusd makes before it replaces a process do not count.',
    manual: '5.10',
  },
  {
    name: 'retry_in',
    kind: seconds,
    default: 7,
    unit: 'seconds',
    minimum: 0,
    doc: 'How long a flapping watcher stays stopped before it is started again.',
    manual: '5.10',
  },
  {
    name: 'max_retry',
    kind: integer,
    default: 5,
    unit: 'attempts',
    minimum: -1,
    doc: 'How often it is started again; then it stays stopped. -1 is for ever.',
    manual: '5.10',
  },
  {
    name: 'active',
    kind: boolean,
    default: true,
    doc: 'Whether to look at crashes at all. `flapping.active = False` in the section of a watcher leaves that one alone.',
    manual: '5.10',
  },
  {
    name: 'per_slot',
    kind: boolean,
    default: false,
    doc: 'Count the crashes of each process and its successors alone: one that keeps crashing among many is flapping too.',
    manual: '-',
  },
]);

type FlappingOptions = OptionValues<typeof options>;

/** So much time without a crash, or the window if that is longer, and earlier retries are forgotten. */
const calmSeconds = 10;

/** A watcher's options are asked for again after so long: its number of processes changes untold. */
const settingsLastMs = 5_000;

interface Settings {
  readonly options: FlappingOptions;
  readonly numprocesses: number;
  readonly readAt: number;
}

interface Watched {
  /** As commands take it; its name in topics may be another one. */
  readonly key: string;
  readonly crashes: Crashes;
  settings: Settings | undefined;
  tries: number;
  /** When it was started, or its last crash was made good. Epoch seconds. */
  upSince: number;
  retry: NodeJS.Timeout | undefined;
}

/**
 * What counts is a process that ends by itself; one that circusd has signalled does not. Per-watcher
 * options are `flapping.<option>` in the watcher's section.
 */
export class Flapping extends CircusPlugin {
  static readonly classPath = 'circus.plugins.flapping.Flapping';
  static readonly summary =
    'Stops a watcher that keeps crashing, starts it again some seconds later, and gives up after some times. In the section of a watcher `flapping.<option>` holds for that watcher alone.';
  static override readonly options = options;
  readonly #own = this.read_options(options);
  readonly #names = new WatcherNames((command, props) => this.call(command, props));
  readonly #watched = new Map<string, Watched>();

  override handle_stop(): void {
    for (const { retry } of this.#watched.values()) clearTimeout(retry);
  }

  override async handle_recv(data: EventData): Promise<void> {
    const [watcher, action, message] = this.split_data(data);
    const known = this.#watched.get(watcher);
    if (action === 'reap') await this.#noteReap(watcher, message);
    else if (action === 'kill') (await this.#require(watcher))?.crashes.expect(pidOf(message));
    else if (known === undefined) return;
    else if (action === 'updated') known.settings = undefined;
    else if (action === 'start') this.#noteStart(known, message);
    else if (action === 'remove') this.#forget(watcher, known);
  }

  #noteStart(known: Watched, { time }: JsonObject): void {
    known.upSince = Number(time);
    clearTimeout(known.retry);
  }

  async #noteReap(name: string, message: JsonObject): Promise<void> {
    const watched = await this.#require(name);
    if (watched === undefined || watched.crashes.isExpected(pidOf(message))) return;
    const settings = await this.#settingsOf(watched);
    if (!settings?.options.active) return;
    const { attempts, window, per_slot } = settings.options;
    const crash = {
      time: Number(message['time']),
      backoff: Number(message['backoff'] ?? 0),
      wid: per_slot ? Number(message['wid'] ?? 0) : null,
    };
    const processes = per_slot ? 1 : Math.max(1, settings.numprocesses);
    const isFlapping = watched.crashes.add(crash, { attempts, window, processes });
    if (crash.time - watched.upSince > Math.max(window, calmSeconds)) watched.tries = 0;
    watched.upSince = crash.time + crash.backoff;
    if (isFlapping) this.#stopFlapping(watched, settings.options);
  }

  #stopFlapping(watched: Watched, { retry_in, max_retry }: FlappingOptions): void {
    const { key } = watched;
    watched.crashes.clear();
    clearTimeout(watched.retry);
    this.cast('stop', { name: key });
    if (max_retry >= 0 && watched.tries >= max_retry) {
      this.log.error(`${key}: flapping detected: reached max retry limit`);
      watched.tries = 0;
      return;
    }
    watched.tries += 1;
    // As the original prints it: two characters wide at least.
    const pause = String(retry_in).padStart(2);
    const attempt = `(attempt number ${watched.tries})`;
    this.log.warn(`${key}: flapping detected: retry in ${pause}s ${attempt}`);
    watched.retry = setTimeout(() => this.cast('start', { name: key }), retry_in * 1_000);
  }

  /** `undefined`: there is no such watcher any more. */
  async #require(name: string): Promise<Watched | undefined> {
    const known = this.#watched.get(name);
    if (known !== undefined) return known;
    const key = await this.#names.keyOf(name);
    if (key === undefined) return undefined;
    const watched = {
      key,
      crashes: new Crashes(),
      settings: undefined,
      tries: 0,
      upSince: 0,
      retry: undefined,
    };
    this.#watched.set(name, watched);
    return watched;
  }

  #forget(name: string, { retry }: Watched): void {
    clearTimeout(retry);
    this.#watched.delete(name);
  }

  async #settingsOf(watched: Watched): Promise<Settings | undefined> {
    const { settings, key } = watched;
    const now = performance.now();
    if (settings !== undefined && now - settings.readAt < settingsLastMs) return settings;
    const reply = await this.call('options', { name: key });
    if (!isJsonObject(reply['options'])) return undefined;
    const given = reply['options'];
    const numprocesses = Number(given['numprocesses'] ?? 1);
    watched.settings = { options: this.#merge(key, given), numprocesses, readAt: now };
    return watched.settings;
  }

  /** Our own options, and those of the watcher's section over them; a wrong one is told and ignored. */
  #merge(key: string, given: JsonObject): FlappingOptions {
    const overrides = Object.entries(given).flatMap(([name, value]): [string, string][] => {
      const [, option] = /^flapping\.(.*)$/.exec(name) ?? [];
      return option === undefined ? [] : [[option, String(value)]];
    });
    if (overrides.length === 0) return this.#own;
    try {
      return readPluginOptions(options, { ...this.config, ...Object.fromEntries(overrides) });
    } catch (error) {
      if (!(error instanceof PluginOptionsError)) throw error;
      this.log.error(`${key}: wrong flapping options: ${error.message}`);
      return this.#own;
    }
  }
}

function pidOf(message: JsonObject): number {
  return Number(message['process_pid']);
}
