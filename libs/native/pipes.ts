/** Pipes whose ends no child inherits unless it is given them. */
import { libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';

/** Both ends belong to the caller, who closes them. */
export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/**
 * Both ends close-on-exec and blocking.
 *
 * @throws SystemError EMFILE, ENFILE: no descriptor is free
 */
export function createPipe(): Pipe {
  const ends = Buffer.allocUnsafeSlow(8);
  if (libc().pipe2(ends, constants.O_CLOEXEC) !== 0) throw new SystemError('cannot create a pipe');
  return { readFd: ends.readInt32LE(0), writeFd: ends.readInt32LE(4) };
}

/** Lets more wait in a pipe than 64 kB; false: the system allows no more pages of pipes. */
export function widenPipe(fd: number, bytes: number): boolean {
  return libc().fcntl(fd, constants.F_SETPIPE_SZ, bytes) >= 0;
}
