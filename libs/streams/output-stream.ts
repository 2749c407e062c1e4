/** A stream at work: forms lines, queues them, writes them in the background, and outlives its sink. */
import { ByteQueue } from './byte-queue.ts';
import type { Chunk, StreamPlan } from './stream-class.ts';

/** What waits at most, in bytes; a chunk that has begun is taken whole. */
export const queueLimitBytes = 4 * 1024 * 1024;

/** How long until a sink that has failed is tried again: it shall be in use within a second. */
const retryMs = 250;

/** How long until a sink is tried again that takes nothing just now. */
const busyMs = 10;

/** How long a stream keeps buffers that it has no use for. */
const idleMs = 1_000;

const nothing = Buffer.alloc(0);

/**
 * What is to be done when more comes than is taken. `block_while_open`: block when it is taken slowly,
 * drop when it cannot be written at all.
 */
export type FullPolicy = 'block' | 'drop' | 'block_while_open';

/** Told of what operators have to know. */
export interface StreamReports {
  /** Output cannot be written, or is dropped; `reason` is for people. */
  failed(reason: string): void;
  /** It is written again; `droppedBytes` were lost meanwhile. */
  resumed(droppedBytes: number): void;
}

/** A stream as the next program of this process goes on with it. */
export interface SavedStream {
  /** What was taken from processes and is not written, in parts. */
  readonly unwritten: readonly Buffer[];
  /** What is wrong, for people. */
  readonly problem: string | null;
  /** Bytes that were dropped since it went wrong. */
  readonly dropped: number;
}

/** One stream of one watcher. */
export class OutputStream {
  #plan: StreamPlan;
  #policy: FullPolicy;
  readonly #reports: StreamReports;
  readonly #queue = new ByteQueue();
  readonly #roomListeners: (() => void)[] = [];
  /** In the order of their marks, which count the bytes written. */
  readonly #flushListeners: { readonly mark: number; readonly tell: () => void }[] = [];
  #written = 0;
  #isWriting = false;
  /** Of what is being written, the rest. */
  #rest: Buffer = nothing;
  #attempting: Promise<unknown> = Promise.resolve();
  /** While it is held, nothing is written. */
  #hold: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  #problem: string | undefined;
  /** Since the problem began. */
  #dropped = 0;
  /** In all its life. */
  #droppedBytes = 0;
  #wake: (() => void) | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(plan: StreamPlan, policy: FullPolicy, reports: StreamReports) {
    this.#plan = plan;
    this.#policy = policy;
    this.#reports = reports;
  }

  /** Where processes may write by themselves. */
  get directPath(): string | undefined {
    return this.#plan.directPath;
  }

  /** Bytes that are not written yet. */
  get waiting(): number {
    return this.#queue.length + this.#rest.length;
  }

  /** Whoever writes should wait for `room`. Never with `drop`. */
  get isFull(): boolean {
    return !this.#mayDrop && this.waiting >= queueLimitBytes;
  }

  get #mayDrop(): boolean {
    const isBroken = this.#problem !== undefined;
    return this.#policy === 'drop' || (this.#policy === 'block_while_open' && isBroken);
  }

  /** What is wrong now, for people. */
  get trouble(): string | null {
    return this.#problem ?? null;
  }

  /** How much was dropped so far. */
  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** Takes the chunk, whatever waits: copied when this returns. */
  write(chunk: Chunk): void {
    const { format } = this.#plan;
    const data = format === undefined ? chunk.data : format(chunk);
    if (this.#mayDrop && this.waiting >= queueLimitBytes) this.#drop(data.length);
    else this.#queue.push(data);
    this.#start();
  }

  /** Resolves when there is room again. */
  async room(): Promise<void> {
    if (!this.isFull) return;
    await new Promise<void>((resolve) => this.#roomListeners.push(resolve));
  }

  /** Resolves when all that was taken until now is written. */
  async flushed(): Promise<void> {
    if (this.waiting === 0) return;
    const mark = this.#written + this.waiting;
    await new Promise<void>((tell) => this.#flushListeners.push({ mark, tell }));
  }

  /** What waits, and all that comes, goes this way from now on. */
  replace(plan: StreamPlan, policy: FullPolicy): void {
    const { sink } = this.#plan;
    this.#plan = plan;
    this.#policy = policy;
    this.#retryNow();
    // A write that is under way has its turn before.
    if (sink !== plan.sink) this.#closing = sink.close().catch(() => undefined);
    this.#tellRoom();
  }

  /** Files are opened again by their names: a log rotator has renamed them. */
  reopen(): void {
    this.#plan.sink.reopen?.();
    this.#retryNow();
  }

  /** Begins no write any more, until `release`; resolves when none is under way. */
  async hold(): Promise<void> {
    this.#hold ??= makeHold();
    this.#retryNow();
    await this.#attempting;
  }

  release(): void {
    this.#hold?.end();
    this.#hold = undefined;
  }

  /** To be asked while it is held; the parts are valid until it is released. */
  handOver(): SavedStream {
    const unwritten = [this.#rest, ...this.#queue.peek()].filter(({ length }) => length > 0);
    return { unwritten, problem: this.#problem ?? null, dropped: this.#dropped };
  }

  /** Goes on where another one was handed over. To be called before anything is written. */
  takeOver({ unwritten, problem, dropped }: SavedStream): void {
    this.#problem = problem ?? undefined;
    this.#dropped = dropped;
    for (const part of unwritten) this.#queue.push(part);
    this.#start();
  }

  /** Closes the file when what waits is written; more output opens it again. */
  async close(): Promise<void> {
    await this.flushed();
    await this.#closing;
    if (this.waiting === 0) await this.#plan.sink.close();
  }

  #drop(bytes: number): void {
    if (this.#dropped === 0) {
      this.#fail(this.#problem ?? `${this.#plan.sink.name} takes too little; output is dropped`);
    }
    this.#dropped += bytes;
    this.#droppedBytes += bytes;
  }

  #start(): void {
    if (this.#isWriting || this.#queue.length === 0) return;
    this.#isWriting = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    for (let batch = this.#queue.take(); batch !== undefined; batch = this.#queue.take()) {
      this.#rest = batch;
      while (this.#rest.length > 0) {
        await this.#hold?.over;
        const attempt = this.#attempt(this.#rest);
        this.#attempting = attempt;
        const taken = await attempt;
        this.#rest = this.#rest.subarray(taken);
        this.#written += taken;
        this.#tellFlushed();
      }
      this.#queue.recycle(batch);
      if (this.waiting <= queueLimitBytes / 2) this.#tellRoom();
    }
    this.#isWriting = false;
    this.#shrinkLater();
  }

  /** Writes what is taken; nothing, after a pause, when the sink fails. */
  async #attempt(data: Buffer): Promise<number> {
    try {
      const taken = await this.#plan.sink.write(data);
      if (this.#problem !== undefined && !this.#stillDrops()) this.#resume();
      return taken;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') this.#fail(`${this.#plan.sink.name} cannot be written: ${message}`);
      await this.#pause(code === 'EAGAIN' ? busyMs : retryMs);
      return 0;
    }
  }

  #stillDrops(): boolean {
    return this.#dropped > 0 && this.waiting > queueLimitBytes / 2;
  }

  #fail(reason: string): void {
    const isNew = this.#problem === undefined;
    this.#problem = reason;
    if (!isNew) return;
    this.#reports.failed(reason);
    if (this.#mayDrop) this.#tellRoom();
  }

  #resume(): void {
    const dropped = this.#dropped;
    this.#problem = undefined;
    this.#dropped = 0;
    this.#reports.resumed(dropped);
  }

  async #pause(ms: number): Promise<void> {
    if (this.#hold !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #retryNow(): void {
    this.#wake?.();
  }

  #tellRoom(): void {
    for (const tell of this.#roomListeners.splice(0)) tell();
  }

  #tellFlushed(): void {
    while ((this.#flushListeners[0]?.mark ?? Number.POSITIVE_INFINITY) <= this.#written) {
      this.#flushListeners.shift()?.tell();
    }
  }

  #shrinkTimer: NodeJS.Timeout | undefined;

  #shrinkLater(): void {
    this.#shrinkTimer ??= setTimeout(() => {
      this.#shrinkTimer = undefined;
      if (!this.#isWriting) this.#queue.shrink();
    }, idleMs).unref();
  }
}

function makeHold(): { over: Promise<void>; end: () => void } {
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}
