/**
 * circusd's own outputs. Node writes to a pipe and waits until somebody reads it, which would stop
 * all supervision; here nobody waits.
 */
import { constants, fstatSync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { sendNow } from '#libs/native';
import type { Sink, StreamName } from './stream-class.ts';

const { O_NONBLOCK, O_WRONLY } = constants;
const writeInPool = promisify(write);

class OwnOutput implements Sink {
  readonly name: string;
  readonly #fd: number;
  #turn: Promise<unknown> = Promise.resolve();
  #writer: ((data: Buffer) => Promise<number>) | undefined;

  constructor(fd: number, name: string) {
    this.#fd = fd;
    this.name = name;
  }

  write(data: Buffer): Promise<number> {
    const done = this.#turn.then(() => {
      this.#writer ??= openWriter(this.#fd);
      return this.#writer(data);
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** All streams of the daemon write through these, so that lines stay whole. */
export const ownOutputs: Readonly<Record<StreamName, Sink>> = {
  stdout: new OwnOutput(1, 'standard output'),
  stderr: new OwnOutput(2, 'standard error'),
};

function openWriter(own: number): (data: Buffer) => Promise<number> {
  const kind = fstatSync(own);
  if (kind.isSocket()) return async (data) => sendNow(own, data);
  const fd = kind.isFIFO() || kind.isCharacterDevice() ? openAgain(own) : own;
  return async (data) => (await writeInPool(fd, data, 0, data.length, null)).bytesWritten;
}

/** Not blocking for us alone: the flag of the descriptor is shared with whoever else has it. */
function openAgain(own: number): number {
  try {
    return openSync(`/proc/self/fd/${own}`, O_WRONLY | O_NONBLOCK);
  } catch {
    // A terminal or pipe of another user.
    return own;
  }
}
