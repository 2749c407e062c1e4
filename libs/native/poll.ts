/**
 * Waiting for descriptors that Node cannot watch, such as a listening socket that is not to be
 * accepted on. One poll(2) in a thread of the pool; a pipe wakes it. A thread that waits would hang
 * the end of the program, so every way out writes to that pipe first.
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import { libc } from './libc.ts';
import { createPipe, type Pipe } from './pipes.ts';
import { constants } from './platform.ts';

// struct pollfd
const entryBytes = 8;
const eventsOffset = 4;
const resultOffset = 6;

const wakeUp = Buffer.from('!');

/** Watches descriptors until they have something to read. Uses no thread while it watches none. */
export class DescriptorPoll {
  readonly #listeners = new Map<number, () => void>();
  #pipe: Pipe | undefined;
  /** What the thread looks at; undefined when none waits. libc writes to it. */
  #polled: Buffer | undefined;
  #isClosed = false;
  /** A byte is in the pipe. */
  #isWoken = false;
  readonly #pauseMs: number;
  #timer: NodeJS.Timeout | undefined;
  readonly #onExit = (): void => this.#wake();

  /**
   * @param pauseMs - looks only so long after `watch`, and again: what comes meanwhile comes together,
   *   mostly without the thread, whose start costs most of it
   */
  constructor({ pauseMs = 0 }: { pauseMs?: number } = {}) {
    this.#pauseMs = pauseMs;
  }

  /**
   * Calls `onReadable` once, when there is something to read; the descriptor is then watched no
   * more. It must stay open until then, or until `unwatch`.
   */
  watch(fd: number, onReadable: () => void): void {
    this.#listeners.set(fd, onReadable);
    this.#lookSoon();
  }

  unwatch(fd: number): void {
    if (this.#listeners.delete(fd)) this.#wake();
  }

  /** Watches nothing any more, for good. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
    this.#wake();
    if (this.#polled === undefined) this.#closePipe();
  }

  #lookSoon(): void {
    if (this.#pauseMs === 0) this.#look();
    else {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#look();
      }, this.#pauseMs);
    }
  }

  #look(): void {
    if (this.#polled === undefined) this.#wait();
    else this.#wake();
  }

  #wait(): void {
    if (this.#isClosed || this.#listeners.size === 0) return;
    const { readFd } = this.#openPipe();
    const fds = [readFd, ...this.#listeners.keys()];
    const polled = Buffer.alloc(Math.max(fds.length * entryBytes, 128));
    fds.forEach((fd, index) => {
      polled.writeInt32LE(fd, index * entryBytes);
      polled.writeInt16LE(constants.POLLIN, index * entryBytes + eventsOffset);
    });
    if (this.#pauseMs > 0 && libc().poll(polled, fds.length, 0) > 0) {
      this.#onReturn(polled, fds);
      return;
    }
    this.#polled = polled;
    libc().poll.async(polled, fds.length, -1, () => this.#onReturn(polled, fds));
  }

  #onReturn(polled: Buffer, fds: readonly number[]): void {
    this.#polled = undefined;
    const results = fds.map((_, index) => polled.readInt16LE(index * entryBytes + resultOffset));
    if (results[0] !== 0 && this.#pipe !== undefined) {
      readSync(this.#pipe.readFd, Buffer.alloc(64), 0, 64, null);
      this.#isWoken = false;
    }
    const ready: (() => void)[] = [];
    fds.forEach((fd, index) => {
      const events = results[index] ?? 0;
      const listener = this.#listeners.get(fd);
      if (events === 0 || listener === undefined) return;
      this.#listeners.delete(fd);
      // Closed by mistake: it would be reported for ever.
      if ((events & constants.POLLNVAL) === 0) ready.push(listener);
    });
    if (this.#isClosed) this.#closePipe();
    for (const listener of ready) listener();
    if (this.#polled === undefined && this.#listeners.size > 0) this.#lookSoon();
  }

  #openPipe(): Pipe {
    if (this.#pipe === undefined) {
      this.#pipe = createPipe();
      process.on('exit', this.#onExit);
    }
    return this.#pipe;
  }

  #closePipe(): void {
    if (this.#pipe === undefined) return;
    process.off('exit', this.#onExit);
    closeSync(this.#pipe.readFd);
    closeSync(this.#pipe.writeFd);
    this.#pipe = undefined;
  }

  #wake(): void {
    if (this.#polled !== undefined && this.#pipe !== undefined && !this.#isWoken) {
      this.#isWoken = true;
      writeSync(this.#pipe.writeFd, wakeUp);
    }
  }
}
