/** What is known of the output of watchers: the last of it, and what comes, for whoever follows it. */
import {
  type LogPiece,
  type LogReply,
  type LogRequest,
  type LogSource,
  logTopic,
} from '#libs/protocol';
import {
  FileTail,
  type HeldFile,
  type LogRecord,
  LogRing,
  lastLines,
  readFileEnd,
  type StreamName,
} from '#libs/streams';
import { epochSeconds } from './clock.ts';
import type { LogChannel } from './log-channel.ts';
import { LogFeed } from './log-feed.ts';
import type { OutputPath } from './output-path.ts';

/** What one reply has at most of all sources together, and always of each. Bytes. */
const replyBytes = 2 * 1024 * 1024;
const leastBytes = 4 * 1024;

/** How often a topic tells its position, and for how long after something new. Milliseconds. */
const tellMs = 2_000;
const tellForMs = 30_000;

/** What logs need from their owner. */
export interface LogsOptions {
  readonly channel: LogChannel;
  readonly keys: () => readonly string[];
  readonly has: (key: string) => boolean;
  readonly nameOf: (key: string) => string;
  /** How much is kept of a watcher, in bytes. */
  readonly ringBytesOf: (key: string) => number;
  readonly pathsOf: (key: string) => readonly OutputPath[];
}

/** The logs of one daemon. */
export class WatcherLogs {
  readonly #options: LogsOptions;
  readonly #rings = new Map<string, LogRing>();
  readonly #feeds = new Map<string, LogFeed>();
  readonly #tails = new Map<string, FileTail>();
  /** By the id of its source and pid. */
  readonly #held = new Map<string, Map<number, HeldFile>>();
  #tellTimer: NodeJS.Timeout | undefined;
  /** Above every position of watchers that are gone: who comes after them has no doubled bytes. */
  #retired = 0;

  constructor(options: LogsOptions) {
    this.#options = options;
    options.channel.onChange(() => this.#tailAll());
  }

  /** Something was read. */
  take(
    key: string,
    stream: StreamName,
    data: Buffer,
    who: { readonly pid: number; readonly wid: number } | null,
  ): void {
    // A descendant of its processes may write when a watcher is gone.
    if (!this.#options.has(key)) return;
    const feed = this.#feed(key, [stream]);
    const record: LogRecord = {
      stream,
      position: feed.position,
      time: epochSeconds(),
      pid: who?.pid ?? null,
      wid: who?.wid ?? null,
      data,
    };
    feed.position += data.length;
    this.#ring(key).push(record);
    if (!feed.isWanted) return;
    feed.publish(record);
    this.#tellLater();
  }

  /** A process has a file open that it writes to by itself. */
  hold(key: string, stream: StreamName, pid: number, file: HeldFile): void {
    const id = `${stream} ${key}`;
    const files = this.#held.get(id) ?? new Map();
    this.#held.set(id, files.set(pid, file));
    this.#tailFiles(key, true);
  }

  /** It has ended. */
  release(key: string, pid: number): void {
    for (const name of ['stdout', 'stderr']) this.#held.get(`${name} ${key}`)?.delete(pid);
  }

  /** The configuration of a watcher has changed. */
  configured(key: string): void {
    if (this.#rings.get(key)?.limitBytes !== this.#options.ringBytesOf(key))
      this.#rings.delete(key);
    this.#closeTails(key);
    this.#tailFiles(key, false);
  }

  /** A watcher is gone. */
  removed(key: string): void {
    this.#rings.delete(key);
    this.#closeTails(key);
    for (const name of ['stdout', 'stderr']) {
      const id = `${name} ${key}`;
      this.#retired = Math.max(this.#retired, this.#feeds.get(id)?.position ?? 0);
      this.#feeds.delete(id);
      this.#held.delete(id);
    }
  }

  /**
   * The last lines, and how each source is recorded.
   *
   * @throws CircusError `failed`: the log endpoint cannot be bound
   */
  async read(request: LogRequest): Promise<Omit<LogReply, 'instance'>> {
    const endpoint = request.follow ? await this.#options.channel.open() : undefined;
    const bytes = Math.max(leastBytes, Math.floor(replyBytes / (request.keys.length * 2 || 1)));
    const logs: LogPiece[] = [];
    const sources: LogSource[] = [];
    for (const key of request.keys) {
      const { stream } = request;
      const paths = this.#options
        .pathsOf(key)
        .filter(({ names }) => stream === undefined || names.includes(stream));
      for (const path of paths.filter(({ kind }) => kind === 'file')) {
        const { pieces, source } = await this.#readFile(key, path, { ...request, bytes });
        logs.push(...pieces);
        sources.push(source);
      }
      // At once, so that the positions are those of the end of what was read.
      for (const path of paths.filter(({ kind }) => kind !== 'file')) {
        sources.push(this.#source(key, path));
      }
      logs.push(...this.#readRing(key, { ...request, bytes }));
    }
    return { logs, sources, ...(endpoint === undefined ? {} : { endpoint }) };
  }

  /** Follows nothing any more. */
  close(): void {
    clearTimeout(this.#tellTimer);
    for (const tail of this.#tails.values()) tail.close();
    this.#tails.clear();
  }

  #readRing(key: string, request: LogRequest & { readonly bytes: number }): LogPiece[] {
    const { stream, pid, ageSeconds, lines } = request;
    const since = ageSeconds === undefined ? 0 : epochSeconds() - ageSeconds;
    const wanted = (this.#rings.get(key)?.records() ?? []).filter((record) => {
      const isStream = stream === undefined || record.stream === stream;
      return isStream && (pid === undefined || record.pid === pid) && record.time >= since;
    });
    const watcher = this.#options.nameOf(key);
    return atMost(lastLines(wanted, lines), request.bytes).map(({ data, ...record }) => {
      return { watcher, ...record, bytes: data.length, data: data.toString('utf8') };
    });
  }

  async #readFile(
    key: string,
    path: OutputPath,
    { lines, bytes, pid, ageSeconds }: LogRequest & { readonly bytes: number },
  ): Promise<{ pieces: LogPiece[]; source: LogSource }> {
    const tail = this.#tails.get(idOf(key, path));
    await tail?.started();
    const source = this.#source(key, path);
    const isUnknown = pid !== undefined || ageSeconds !== undefined;
    if (lines === 0 || isUnknown || path.path === null) return { pieces: [], source };
    const blocks =
      tail === undefined
        ? [await readFileEnd(path.path, lines, bytes)]
        : await tail.readLast(lines, bytes);
    const { watcher, streams, position } = source;
    const [stream = null] = streams.length === 1 ? streams : [];
    const records = blocks.map((data) => ({
      data,
      stream: 'stdout' as const,
      position: 0,
      time: 0,
    }));
    const last = lastLines(
      records.map((record) => ({ ...record, pid: null, wid: null })),
      lines,
    );
    const pieces = last.flatMap(({ data }) => {
      const facts = { watcher, stream, pid: null, wid: null, time: null };
      const place = { position: position - data.length, bytes: data.length };
      return data.length === 0 ? [] : { ...facts, ...place, data: data.toString('utf8') };
    });
    return { pieces, source };
  }

  #source(key: string, { names, kind, path, note }: OutputPath): LogSource {
    const { topic, position } = this.#feed(key, names);
    return {
      watcher: this.#options.nameOf(key),
      streams: names,
      topic,
      kind,
      path,
      note,
      position,
    };
  }

  #feed(key: string, names: readonly StreamName[]): LogFeed {
    const [first = 'stdout'] = names;
    const id = `${first} ${key}`;
    const found = this.#feeds.get(id);
    if (found !== undefined) return found;
    const watcher = this.#options.nameOf(key);
    const topic = logTopic(watcher, first);
    const feed = new LogFeed({ watcher, topic, channel: this.#options.channel }, this.#retired);
    this.#feeds.set(id, feed);
    return feed;
  }

  #ring(key: string): LogRing {
    const found = this.#rings.get(key);
    if (found !== undefined) return found;
    const ring = new LogRing(this.#options.ringBytesOf(key));
    this.#rings.set(key, ring);
    return ring;
  }

  #tailAll(): void {
    for (const key of this.#options.keys().filter(this.#options.has)) this.#tailFiles(key, false);
  }

  /** Follows the files that somebody is there for, and no others. */
  #tailFiles(key: string, fromHeld: boolean): void {
    for (const path of this.#options.pathsOf(key)) {
      if (path.kind !== 'file' || path.path === null) continue;
      const id = idOf(key, path);
      const tail = this.#tails.get(id);
      const { isWanted } = this.#feed(key, path.names);
      if (isWanted && tail === undefined) {
        this.#tails.set(id, this.#openTail(key, path.path, path.names, fromHeld));
      } else if (!isWanted && tail !== undefined) {
        tail.close();
        this.#tails.delete(id);
      }
    }
  }

  #openTail(key: string, path: string, names: readonly StreamName[], fromHeld: boolean): FileTail {
    const feed = this.#feed(key, names);
    const [stream = null] = names.length === 1 ? names : [];
    const pass = (data: Buffer): void => {
      const { position } = feed;
      feed.position += data.length;
      feed.publish({ stream, position, data, pid: null, wid: null, time: null });
      this.#tellLater();
    };
    const onSkipped = (bytes: number): void => {
      feed.position += bytes;
    };
    const held = (): HeldFile[] =>
      names.flatMap((name) => [...(this.#held.get(`${name} ${key}`)?.values() ?? [])]);
    return new FileTail({ path, onData: pass, onSkipped, held }, { fromHeld });
  }

  #closeTails(key: string): void {
    for (const name of ['stdout', 'stderr']) {
      this.#tails.get(`${name} ${key}`)?.close();
      this.#tails.delete(`${name} ${key}`);
    }
  }

  /** Whoever has lost the end of a topic is told where it is now. */
  #tellLater(): void {
    this.#tellTimer ??= setTimeout(() => {
      this.#tellTimer = undefined;
      const oldest = performance.now() - tellForMs;
      const active = [...this.#feeds.values()].filter(({ activeMs }) => activeMs > oldest);
      const wanted = active.filter(({ isWanted }) => isWanted);
      for (const feed of wanted) feed.tell();
      if (wanted.length > 0) this.#tellLater();
    }, tellMs).unref();
  }
}

function idOf(key: string, { names }: OutputPath): string {
  return `${names[0] ?? 'stdout'} ${key}`;
}

/** The newest of them that fit, the oldest of these without its beginning. */
function atMost(records: readonly LogRecord[], bytes: number): LogRecord[] {
  const fitting: LogRecord[] = [];
  let left = bytes;
  for (const record of records.toReversed()) {
    if (left <= 0) break;
    const from = Math.max(0, record.data.length - left);
    left -= record.data.length;
    fitting.push({ ...record, position: record.position + from, data: record.data.subarray(from) });
  }
  return fitting.reverse();
}
