/** readiness = fd: a pipe that a process writes a line to when it is ready, as under s6. */
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { createPipe, type Pipe } from '#libs/native';

/** A process that writes so much without a line's end has mistaken the descriptor for something else. */
const maxBytes = 4_096;
const newline = 0x0a;

/** What became of it. */
export interface ReadyPipeListener {
  ready(): void;
  /** It will never come: the pipe was closed, or flooded. */
  failed(reason: string): void;
}

/** The daemon's end and, until the process has it, the other one. */
export class ReadyPipe {
  readonly #pipe: Pipe;
  #socket: Socket | undefined;
  #isWriteOpen: boolean;

  /**
   * @param readFd - of a process that was started by another program of this process
   * @throws SystemError EMFILE
   */
  constructor(readFd?: number) {
    this.#pipe = readFd === undefined ? createPipe() : { readFd, writeFd: -1 };
    this.#isWriteOpen = readFd === undefined;
  }

  /** Where it is read; null: nothing is read any more. */
  get readFd(): number | null {
    return this.#socket?.destroyed === false ? this.#pipe.readFd : null;
  }

  /** What the process is to be given. */
  get writeFd(): number {
    return this.#pipe.writeFd;
  }

  /** The process has its end now, or was not started: ours of it is closed. */
  handOver(): void {
    if (this.#isWriteOpen) closeSync(this.#pipe.writeFd);
    this.#isWriteOpen = false;
  }

  /** Reads until the first line's end, then no more. */
  listen(listener: ReadyPipeListener): void {
    const socket = new Socket({ fd: this.#pipe.readFd, readable: true, writable: false });
    this.#socket = socket;
    let length = 0;
    const settle = (tell: () => void): void => {
      socket.removeAllListeners('data');
      socket.destroy();
      tell();
    };
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (chunk.includes(newline)) settle(() => listener.ready());
      else if (length > maxBytes) {
        settle(() => listener.failed(`${length} bytes without a line's end on READINESS_FD`));
      }
    });
    // A pipe that fails has nothing more to tell either.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => listener.failed('READINESS_FD was closed without a line'));
  }

  close(): void {
    this.handOver();
    if (this.#socket === undefined) closeSync(this.#pipe.readFd);
    else this.#socket.destroy();
  }
}
