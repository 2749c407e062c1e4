/** WatchDog: kills processes that stop sending UDP heartbeats (protocol 5.3). */
import { createSocket } from 'node:dgram';
import {
  defineOptions,
  integer,
  number,
  type OptionKind,
  seconds,
  signal,
  string,
} from '#libs/options';
import { CircusPlugin, type EventData, PluginOptionsError } from '#libs/plugin';
import type { Json } from '#libs/protocol';
import { Loop, loopRate } from '../loop.ts';
import { WatcherNames } from '../watcher-names.ts';

/** A regular expression, in Python's spelling too; kept as it was written. */
const pattern: OptionKind<string> = {
  ...string,
  name: 'pattern',
  form: 'a regular expression',
  parse: (text) => {
    try {
      readPattern(text);
      return text;
    } catch {
      return undefined;
    }
  },
};

/** Python names groups `(?P<name>...)`. */
function readPattern(text: string): RegExp {
  return new RegExp(text.replaceAll('(?P<', '(?<'), 'u');
}

const options = defineOptions([
  loopRate(60),
  {
    name: 'watchers_regex',
    kind: pattern,
    default: '.*',
    doc: 'The watchers to look after: their names begin like this.',
    manual: '-',
  },
  {
    name: 'msg_regex',
    kind: pattern,
    default: '^(?P<pid>.*);(?P<timestamp>.*)$',
    doc: 'What a heartbeat looks like; the group `pid` is whose it is.',
    manual: '-',
  },
  {
    name: 'max_count',
    kind: number,
    default: 3,
    unit: 'loops',
    minimum: 0,
    doc: 'So many loops a process may be silent.',
    manual: '-',
  },
  { name: 'ip', kind: string, default: '127.0.0.1', doc: 'The address to listen at.', manual: '-' },
  {
    name: 'port',
    kind: integer,
    default: 1664,
    minimum: 1,
    maximum: 65_535,
    doc: 'The UDP port to listen at.',
    manual: '-',
  },
  {
    name: 'watchers_stop_signal',
    kind: signal,
    default: null,
    doc: "What a silent process is sent; default: its watcher's stop_signal.",
    manual: '-',
  },
  {
    name: 'watchers_graceful_timeout',
    kind: seconds,
    default: null,
    unit: 'seconds',
    doc: "How long it may take to end then; default: its watcher's graceful_timeout.",
    manual: '-',
  },
]);

interface Watched {
  readonly watcher: string;
  lastHeard: number;
}

/** A heartbeat is one datagram, `<pid>;<anything>` unless msg_regex says otherwise. */
export class WatchDog extends CircusPlugin {
  static readonly classPath = 'circus.plugins.watchdog.WatchDog';
  static readonly summary =
    'Kills processes that stop sending heartbeats. A heartbeat is a UDP datagram, `<pid>;<anything>` unless `msg_regex` says otherwise.';
  static override readonly options = options;
  readonly #values = this.read_options(options);
  readonly #watchers = new RegExp(`^(?:${readPattern(this.#values.watchers_regex).source})`, 'u');
  readonly #message = readPattern(this.#values.msg_regex);
  readonly #names = new WatcherNames((command, props) => this.call(command, props));
  readonly #socket = createSocket('udp4');
  readonly #loop = new Loop(this.#values.loop_rate, async () => this.#look());
  readonly #watched = new Map<number, Watched>();

  override async handle_init(): Promise<void> {
    const { ip, port } = this.#values;
    this.#socket.on('message', (data) => this.#hear(data.toString()));
    await new Promise<void>((bound, failed) => {
      this.#socket.once('error', (error) => {
        failed(new PluginOptionsError(`cannot listen at ${ip}:${port}: ${error.message}`));
      });
      this.#socket.bind(port, ip, bound);
    });
    await this.#discover();
    this.#loop.start();
  }

  override async handle_recv(data: EventData): Promise<void> {
    const [watcher, action, { process_pid: pid }] = this.split_data(data);
    if (action === 'spawn') {
      const key = await this.#names.keyOf(watcher);
      if (key !== undefined) this.#watch(key, Number(pid));
    } else if (action === 'reap' || action === 'kill') this.#watched.delete(Number(pid));
  }

  override handle_stop(): void {
    this.#loop.stop();
    this.#socket.close();
  }

  async #discover(): Promise<void> {
    const { watchers } = await this.call('list');
    const names: readonly Json[] = Array.isArray(watchers) ? watchers : [];
    for (const name of names.map(String)) {
      const { pids } = await this.call('list', { name });
      const list: readonly Json[] = Array.isArray(pids) ? pids : [];
      for (const pid of list) this.#watch(name, Number(pid));
    }
  }

  #watch(watcher: string, pid: number): void {
    if (!this.#watchers.test(watcher)) return;
    this.#watched.set(pid, { watcher, lastHeard: performance.now() });
  }

  #hear(text: string): void {
    const pid = Number(this.#message.exec(text)?.groups?.['pid']);
    const watched = this.#watched.get(pid);
    if (watched !== undefined) watched.lastHeard = performance.now();
    else this.log.debug(`no heartbeat of a process that is looked after: ${text.slice(0, 100)}`);
  }

  #look(): void {
    const { loop_rate, max_count, watchers_stop_signal, watchers_graceful_timeout } = this.#values;
    const limitMs = loop_rate * max_count * 1_000;
    for (const [pid, { watcher, lastHeard }] of this.#watched) {
      const silentMs = performance.now() - lastHeard;
      if (silentMs <= limitMs) continue;
      this.#watched.delete(pid);
      this.log.warn(
        `${watcher} process ${pid} is killed: silent for ${Math.round(silentMs / 1_000)} s`,
      );
      this.cast('kill', {
        name: watcher,
        pid,
        ...(watchers_stop_signal === null ? {} : { signum: watchers_stop_signal }),
        ...(watchers_graceful_timeout === null
          ? {}
          : { graceful_timeout: watchers_graceful_timeout }),
      });
    }
  }
}
