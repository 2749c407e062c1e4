/**
 * circusd's own standard output. Node writes to a pipe and waits until somebody reads it, which would
 * stop all supervision; here nobody waits.
 */
import { constants, fstatSync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { sendNow } from '#libs/native';
import type { Sink } from './stream-class.ts';

const { O_NONBLOCK, O_WRONLY } = constants;
const writeInPool = promisify(write);
const stdoutFd = 1;

/** All streams of the daemon write through this one, so that lines stay whole. */
export const standardOutput: Sink = {
  name: 'standard output',
  write(data) {
    const done = turn.then(() => writeSome(data));
    turn = done.catch(() => undefined);
    return done;
  },
  close: () => Promise.resolve(),
};

let turn: Promise<unknown> = Promise.resolve();
let writer: ((data: Buffer) => Promise<number>) | undefined;

async function writeSome(data: Buffer): Promise<number> {
  writer ??= openWriter();
  return await writer(data);
}

function openWriter(): (data: Buffer) => Promise<number> {
  const kind = fstatSync(stdoutFd);
  if (kind.isSocket()) return async (data) => sendNow(stdoutFd, data);
  const fd = kind.isFIFO() || kind.isCharacterDevice() ? openAgain() : stdoutFd;
  return async (data) => (await writeInPool(fd, data, 0, data.length, null)).bytesWritten;
}

/** Not blocking for us alone: the flag of descriptor 1 is shared with whoever else has it. */
function openAgain(): number {
  try {
    return openSync(`/proc/self/fd/${stdoutFd}`, O_WRONLY | O_NONBLOCK);
  } catch {
    // A terminal or pipe of another user.
    return stdoutFd;
  }
}
