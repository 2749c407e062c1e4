/** Reads what one process writes, as fast as its stream takes it. */
import { readSync } from 'node:fs';
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { widenPipe } from '#libs/native';
import type { OutputStream } from './output-stream.ts';
import type { Chunk } from './stream-class.ts';

/** The size of a pipe of Linux, and what it gets when it was found full: fewer turns for more bytes. */
const pipeBytes = 64 * 1024;
const wideBytes = 512 * 1024;

/** How many pipes may be wide at a time: what waits in them is memory of the kernel. */
const maxWide = 64;
let widePipes = 0;

/**
 * One for all pipes: between a read and the end of its callback nothing else is read.
 */
const readBuffer = Buffer.allocUnsafeSlow(wideBytes);

/** A line without an end is held this long, and up to this many bytes; then it goes on in parts. */
const heldMs = 1_000;
const heldLimitBytes = 2 * 1024 * 1024;

/** What a process may keep for its next line. */
const keptBytes = 4 * 1024;

const newline = 10;
const nothing = Buffer.alloc(0);

/** A pipe as the next program of this process reads on. */
export interface SavedPipe {
  readonly fd: number;
  /** The beginning of a line whose rest is to come. */
  readonly held: Buffer;
  readonly pid: number;
  readonly wid: number;
}

/** What a reader is told of its place. */
export interface PipeEvents {
  /** Called once, when nobody can write to the pipe any more. */
  readonly onEnd: () => void;
  /** Sees every piece before its stream does; valid during the call alone. */
  readonly onPiece?: ((data: Buffer) => void) | undefined;
}

/** The reading end of a process's pipe. */
export class PipeReader {
  readonly #fd: number;
  readonly #socket: Socket;
  /** Where it goes. */
  readonly stream: OutputStream;
  readonly #who: Omit<Chunk, 'data'>;
  readonly #events: PipeEvents;
  #held = nothing;
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;
  #isWide = false;
  /** Nobody can write to the pipe any more. */
  hasEnded = false;

  /** Owns the descriptor. */
  constructor(fd: number, stream: OutputStream, who: Omit<Chunk, 'data'>, events: PipeEvents) {
    this.#fd = fd;
    this.stream = stream;
    this.#who = who;
    this.#events = events;
    const options: SocketConstructorOpts & ConnectOpts = {
      fd,
      readable: true,
      writable: false,
      onread: { buffer: readBuffer, callback: (bytes) => this.#onRead(bytes) },
    };
    this.#socket = new Socket(options);
    this.#socket.on('error', () => this.#end());
    this.#socket.on('end', () => this.#end());
    this.#socket.on('close', () => this.#end());
  }

  /**
   * Takes what a process that has died has left in its pipe, at once. False: its stream is full, and
   * some of it may still be there.
   */
  sweep(): boolean {
    for (let left = this.#isWide ? wideBytes : pipeBytes; left > 0 && !this.hasEnded; ) {
      if (this.stream.isFull) return false;
      const bytes = this.#readNow();
      if (bytes === undefined) break;
      if (bytes === 0) {
        this.#socket.destroy();
        this.#end();
        break;
      }
      this.#take(readBuffer.subarray(0, bytes));
      left -= bytes;
    }
    this.#passHeld();
    return true;
  }

  /** What is held is valid until more is read. */
  handOver(): SavedPipe {
    const held = this.#held.subarray(0, this.#heldBytes);
    return { fd: this.#fd, held, ...this.#who };
  }

  /** The beginning of a line that was read before. To be called before anything is read. */
  takeOver(held: Buffer): void {
    if (held.length > 0) this.#hold(held);
  }

  /** Whoever writes from now on gets EPIPE. */
  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  /** `undefined`: there is nothing now. */
  #readNow(): number | undefined {
    try {
      return readSync(this.#fd, readBuffer, 0, readBuffer.length, null);
    } catch {
      return undefined;
    }
  }

  #onRead(bytes: number): boolean {
    if (bytes >= pipeBytes && !this.#isWide) this.#widen();
    this.#take(readBuffer.subarray(0, bytes));
    if (!this.stream.isFull) return true;
    this.#isPaused = true;
    void this.stream.room().then(() => {
      if (!this.#isPaused || this.hasEnded) return;
      this.#isPaused = false;
      this.#socket.resume();
    });
    return false;
  }

  #widen(): void {
    if (widePipes >= maxWide || !widenPipe(this.#fd, wideBytes)) return;
    this.#isWide = true;
    widePipes += 1;
  }

  #take(data: Buffer): void {
    const end = data.lastIndexOf(newline) + 1;
    if (end > 0) {
      if (this.#heldBytes > 0) {
        const first = data.indexOf(newline) + 1;
        this.#hold(data.subarray(0, first));
        this.#passHeld();
        if (first < end) this.#pass(data.subarray(first, end));
      } else {
        this.#pass(data.subarray(0, end));
      }
    }
    if (end < data.length) this.#hold(data.subarray(end));
  }

  /** Copies the beginning of a line until the rest of it comes. */
  #hold(part: Buffer): void {
    const bytes = this.#heldBytes + part.length;
    if (bytes > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(bytes * 2);
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    part.copy(this.#held, this.#heldBytes);
    this.#heldBytes = bytes;
    if (this.#heldBytes >= heldLimitBytes) this.#passHeld();
    else this.#timer ??= setTimeout(() => this.#onLate(), heldMs);
  }

  /** The rest of a line may be in the pipe: it was not read because the stream, or circusd, was busy. */
  #onLate(): void {
    this.#timer = undefined;
    if (this.hasEnded || this.#heldBytes === 0) return;
    const bytes = this.stream.isFull ? undefined : this.#readNow();
    if (bytes !== undefined && bytes > 0) this.#take(readBuffer.subarray(0, bytes));
    else if (this.stream.isFull) this.#timer = setTimeout(() => this.#onLate(), heldMs);
    else this.#passHeld();
  }

  #passHeld(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#heldBytes === 0) return;
    const line = this.#held.subarray(0, this.#heldBytes);
    if (this.#held.length > keptBytes) this.#held = nothing;
    this.#heldBytes = 0;
    this.#pass(line);
  }

  #pass(data: Buffer): void {
    this.#events.onPiece?.(data);
    this.stream.write({ ...this.#who, data });
  }

  #end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (this.#isWide) widePipes -= 1;
    this.#passHeld();
    this.#events.onEnd();
  }
}
