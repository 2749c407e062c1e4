/** The output of all watchers: their streams, and the pipes of their processes. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { WatcherConfig } from '#libs/config';
import { createPipe, type ProcessIdentity, setBlocking } from '#libs/native';
import { CircusError, type EventName } from '#libs/protocol';
import {
  findStreamProblems,
  LogFiles,
  OutputStream,
  PipeReader,
  planStream,
  type StreamHosts,
  type StreamName,
  type StreamTexts,
} from '#libs/streams';
import type { EventFacts } from '#libs/supervision';
import { type OutputPath, outputPaths } from './output-path.ts';
import { OwnOutput } from './own-output.ts';
import type { WatcherLogs } from './watcher-logs.ts';

/** How long the end of a process waits for a stream that takes nothing. Milliseconds. */
const graceMs = 50;

/** How long it waits for what was read to be written, as long as it can be. Milliseconds. */
const flushMs = 1_000;

/** Pipes of one watcher that outlive their process, because a descendant of it holds them. */
const maxOrphans = 16;

const streamNames = ['stdout', 'stderr'] as const;

/** Descriptors for a new process; without one it has what the configuration says otherwise. */
export type OutputDescriptors = { readonly [S in StreamName]?: number };

/** Is told what a process writes; valid during the call alone. */
export type LineListener = (data: Buffer) => void;

/** What outputs need from their owner. */
export interface OutputOptions {
  readonly configOf: (key: string) => WatcherConfig;
  readonly publish: (watcher: string, event: EventName, facts: EventFacts) => void;
  readonly log: { info(text: string): void; warn(text: string): void };
  /** How stream classes of the user are run. */
  readonly hosts: StreamHosts;
  /** Sees all that is read. */
  readonly logs: WatcherLogs;
}

interface Output {
  texts: StreamTexts;
  readonly stream: OutputStream;
}

/** What a process is given for one output, and what becomes of it. */
type Seat = { readonly name: StreamName; readonly childFd: number } & (
  | { readonly kind: 'pipe'; readonly output: Output; readonly readFd: number }
  /** The process writes to the file itself. */
  | { readonly kind: 'file'; readonly inode: number; readonly size: number }
  /** One pipe of all processes of the watcher, which stays open. */
  | { readonly kind: 'shared' }
);

/** All output of one daemon that is not inherited. */
export class WatcherOutputs {
  readonly #options: OutputOptions;
  readonly #own: OwnOutput;
  readonly #files = new LogFiles();
  readonly #outputs = new Map<string, Output>();
  readonly #readers = new Map<number, PipeReader[]>();
  /** By watcher, oldest first. */
  readonly #orphans = new Map<string, Set<PipeReader>>();

  constructor(options: OutputOptions) {
    this.#options = options;
    this.#own = new OwnOutput({
      log: options.log,
      onPiece: (key, name, data) => options.logs.take(key, name, data, null),
    });
  }

  /**
   * Starts a process with its descriptors. What `spawn` throws is thrown; then nothing is open. All
   * that the process writes comes by `onLines`, when it is given.
   */
  spawn(
    key: string,
    wid: number,
    spawn: (descriptors: OutputDescriptors) => ProcessIdentity,
    onLines?: LineListener,
  ): ProcessIdentity {
    const seats: Seat[] = [];
    try {
      for (const name of streamNames) this.#addSeat(seats, key, name, onLines !== undefined);
      const fds = Object.fromEntries(seats.map(({ name, childFd }) => [name, childFd]));
      const identity = spawn(fds);
      this.#attach(key, { pid: identity.pid, wid, onLines }, seats);
      return identity;
    } catch (error) {
      for (const seat of seats) if (seat.kind === 'pipe') closeSync(seat.readFd);
      throw error;
    } finally {
      for (const { kind, childFd } of seats) if (kind !== 'shared') closeSync(childFd);
    }
  }

  /**
   * Takes what a process that has died has left in its pipes; resolves when it is written, or cannot
   * be now. `undefined`: it had none.
   */
  drain(key: string, pid: number): Promise<void> | undefined {
    this.#options.logs.release(key, pid);
    this.#own.sweep(key);
    const readers = this.#readers.get(pid);
    this.#readers.delete(pid);
    if (readers === undefined) return undefined;
    const orphans = this.#orphansOf(key);
    for (const reader of readers) if (!reader.hasEnded) orphans.add(reader);
    const [oldest] = orphans;
    if (orphans.size > maxOrphans) oldest?.close();
    return this.#drain(readers);
  }

  /** Whether processes have to be replaced for the new configuration to hold. */
  configure(key: string, before: WatcherConfig, after: WatcherConfig): boolean {
    const reloads = streamNames.map((name) => this.#configure(key, name, before, after));
    return reloads.includes(true) || isRead(before) !== isRead(after);
  }

  /** A watcher has stopped: its files are closed. */
  stopped(key: string): void {
    for (const { stream } of this.#outputsOf(key)) void closeQuietly(stream);
    this.#own.stopped(key);
  }

  /** A watcher is gone. */
  removed(key: string): void {
    this.stopped(key);
    for (const name of streamNames) this.#outputs.delete(`${name} ${key}`);
  }

  /** How the output of its processes is read. */
  pathsOf(key: string): OutputPath[] {
    const config = this.#options.configOf(key);
    return outputPaths(config, (name) => {
      const texts = config.streams[name];
      return texts === undefined ? undefined : this.#require(key, name, texts).stream;
    });
  }

  /** Why output is not where it should be, for people. */
  troubleOf(key: string): string | null {
    const troubles = this.#outputsOf(key).map(({ stream }) => stream.trouble);
    return troubles.find((trouble) => trouble !== null) ?? null;
  }

  /** How many bytes of its output were dropped. */
  droppedOf(key: string): number {
    return this.#outputsOf(key).reduce((sum, { stream }) => sum + stream.droppedBytes, 0);
  }

  /** Opens all files again by their names; gives the paths that processes write to by themselves. */
  reopen(): { direct: string[] } {
    const streams = [...this.#outputs.values()].map(({ stream }) => stream);
    for (const stream of streams) stream.reopen();
    const direct = streams.flatMap(({ directPath }) => directPath ?? []);
    return { direct: [...new Set(direct)].sort() };
  }

  /** Writes what waits, as far as it can be within a second, and closes all. */
  async close(): Promise<void> {
    for (const readers of [...this.#readers.values(), ...this.#orphans.values()]) {
      for (const reader of readers) {
        reader.sweep();
        reader.close();
      }
    }
    const streams = [...this.#outputs.values()].map(({ stream }) => stream);
    await withinMs(flushMs, Promise.all([...streams.map(closeQuietly), this.#own.close()]));
    this.#options.logs.close();
  }

  #addSeat(seats: Seat[], key: string, name: StreamName, isRead: boolean): void {
    const { streams, options } = this.#options.configOf(key);
    const texts = streams[name];
    const isClosed = options[`close_child_${name}`];
    if (isClosed || (texts === undefined && options.log_ring === 0 && !isRead)) return;
    if (texts === undefined && !isRead) {
      seats.push({ kind: 'shared', name, childFd: this.#own.descriptorOf(key, name) });
      return;
    }
    const output =
      texts === undefined
        ? { texts: {}, stream: this.#own.streamOf(name) }
        : this.#require(key, name, texts);
    const { directPath } = output.stream;
    const file = directPath === undefined || isRead ? undefined : openFile(directPath);
    if (file !== undefined) seats.push({ kind: 'file', name, ...file });
    else {
      const { readFd, writeFd } = createPipe();
      seats.push({ kind: 'pipe', name, output, childFd: writeFd, readFd });
    }
  }

  #attach(
    key: string,
    { onLines, ...who }: { pid: number; wid: number; onLines: LineListener | undefined },
    seats: readonly Seat[],
  ): void {
    const { logs } = this.#options;
    const readers: PipeReader[] = [];
    for (const seat of seats) {
      if (seat.kind === 'pipe') readers.push(this.#openReader(key, { ...who, onLines }, seat));
      if (seat.kind !== 'file') continue;
      const { name, inode, size } = seat;
      const proc = `/proc/${who.pid}/fd/${streamNames.indexOf(name) + 1}`;
      logs.hold(key, name, who.pid, { inode, size, proc });
    }
    if (readers.length > 0) this.#readers.set(who.pid, readers);
  }

  #openReader(
    key: string,
    { onLines, ...who }: { pid: number; wid: number; onLines: LineListener | undefined },
    { name, output, readFd }: Extract<Seat, { kind: 'pipe' }>,
  ): PipeReader {
    const { stream } = output;
    const take = (data: Buffer): void => this.#options.logs.take(key, name, data, who);
    const reader: PipeReader = new PipeReader(readFd, stream, who, {
      onEnd: () => this.#orphans.get(key)?.delete(reader),
      // What is written to a file that is followed would be seen twice.
      onPiece: (data) => {
        if (stream.directPath === undefined) take(data);
        onLines?.(data);
      },
    });
    return reader;
  }

  async #drain(readers: readonly PipeReader[]): Promise<void> {
    const end = performance.now() + graceMs;
    for (const reader of readers) {
      while (!reader.sweep()) {
        const left = end - performance.now();
        if (left <= 0) break;
        await withinMs(left, reader.stream.room());
      }
    }
    const healthy = readers.filter(({ stream }) => stream.trouble === null && !stream.isFull);
    await withinMs(flushMs, Promise.all(healthy.map(({ stream }) => stream.flushed())));
  }

  #configure(key: string, name: StreamName, before: WatcherConfig, after: WatcherConfig): boolean {
    const texts = after.streams[name];
    if (isDeepStrictEqual(before.streams[name], texts)) return false;
    const output = this.#outputs.get(`${name} ${key}`);
    if (texts === undefined || output === undefined) return true;
    const wasDirect = output.stream.directPath !== undefined;
    const { plan, policy } = this.#plan(key, name, texts);
    output.texts = texts;
    output.stream.replace(plan, policy);
    return wasDirect;
  }

  #require(key: string, name: StreamName, texts: StreamTexts): Output {
    const id = `${name} ${key}`;
    const found = this.#outputs.get(id);
    if (found !== undefined && isDeepStrictEqual(found.texts, texts)) return found;
    const { plan, policy } = this.#plan(key, name, texts);
    // Kept here: a stream may have something to say when its watcher is gone.
    const watcher = this.#nameOf(key);
    const publish = (event: EventName, facts: EventFacts): void => {
      if (this.#outputs.has(id)) this.#options.publish(watcher, event, { stream: name, ...facts });
    };
    const stream = new OutputStream(plan, policy, {
      failed: (reason) => {
        this.#options.log.warn(`${name} of ${watcher}: ${reason}`);
        publish('stream_failed', { reason });
      },
      resumed: (dropped) => {
        const lost = dropped > 0 ? `, ${dropped} bytes were dropped` : '';
        this.#options.log.info(`${name} of ${watcher} is written again${lost}`);
        publish('stream_resumed', { dropped });
      },
    });
    const output = { texts, stream };
    this.#outputs.set(id, output);
    return output;
  }

  #plan(key: string, stream: StreamName, texts: StreamTexts): ReturnType<typeof planStream> {
    const watcher = this.#nameOf(key);
    const { hosts } = this.#options;
    return planStream(texts, { watcher, stream, files: this.#files, hosts, now: Date.now });
  }

  #nameOf(key: string): string {
    return this.#options.configOf(key).name;
  }

  #outputsOf(key: string): Output[] {
    return streamNames.flatMap((name) => this.#outputs.get(`${name} ${key}`) ?? []);
  }

  #orphansOf(key: string): Set<PipeReader> {
    const found = this.#orphans.get(key) ?? new Set();
    this.#orphans.set(key, found);
    return found;
  }
}

/**
 * Refuses streams that no process could have.
 *
 * @throws CircusError `invalid_message`
 */
export function requireStreams({ streams }: WatcherConfig): void {
  const reasons = streamNames.flatMap((name) => {
    const problems = findStreamProblems(streams[name] ?? {});
    return problems.map(({ key, message }) => `'${name}_stream.${key}' ${message}`);
  });
  if (reasons.length > 0) throw new CircusError('invalid_message', reasons.join('; '));
}

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;

/** Whether output without a stream is read. */
function isRead({ options }: WatcherConfig): boolean {
  return options.log_ring > 0;
}

/** `undefined`: it cannot be opened now, or nobody reads it; circusd reads a pipe then, and tries on. */
function openFile(path: string): { childFd: number; inode: number; size: number } | undefined {
  try {
    const fd = openSync(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o666);
    const file = fstatSync(fd);
    if (file.isFile()) {
      setBlocking(fd, true);
      return { childFd: fd, inode: file.ino, size: file.size };
    }
    closeSync(fd);
  } catch {
    // The stream reports it when there is something to write.
  }
  return undefined;
}

async function closeQuietly(stream: OutputStream): Promise<void> {
  try {
    await stream.close();
  } catch {
    // What was written is written; a disk that is full or gone may say so at close once more.
  }
}

async function withinMs(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
