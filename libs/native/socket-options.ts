/** Options of open sockets: setsockopt(2), getsockopt(2) and the flags that all holders share. */
import { libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';

const { SOL_SOCKET } = constants;

/** Sets an option whose value is a number. @throws SystemError */
export function setSocketOption(fd: number, level: number, option: number, value: number): void {
  const word = Buffer.alloc(4);
  word.writeInt32LE(value, 0);
  if (libc().setsockopt(fd, level, option, word, word.length) === 0) return;
  throw new SystemError(`socket option ${level}/${option}`);
}

/** Reads an option whose value is a number. @throws SystemError */
export function getSocketOption(fd: number, level: number, option: number): number {
  const bytes = readOption(fd, level, option);
  return bytes.length < 4 ? (bytes[0] ?? 0) : bytes.readInt32LE(0);
}

function readOption(fd: number, level: number, option: number): Buffer {
  const value = Buffer.alloc(64);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length, 0);
  if (libc().getsockopt(fd, level, option, value, length) !== 0) {
    throw new SystemError(`socket option ${level}/${option}`);
  }
  return value.subarray(0, length.readUInt32LE(0));
}

/** Whether others of our user may bind to the same address. */
export function shareAddress(fd: number, isShared: boolean): void {
  setSocketOption(fd, SOL_SOCKET, constants.SO_REUSEPORT, isShared ? 1 : 0);
}

/** Takes what comes in through one network interface; through all with an empty name. */
export function bindToInterface(fd: number, name: string): void {
  const bytes = Buffer.from(`${name}\0`);
  const { SO_BINDTODEVICE } = constants;
  if (libc().setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, bytes, bytes.length) === 0) return;
  throw new SystemError(`interface ${name}`);
}

/** The interface that a socket is bound to; empty: all. */
export function readInterface(fd: number): string {
  return readOption(fd, SOL_SOCKET, constants.SO_BINDTODEVICE).toString().split('\0', 1)[0] ?? '';
}

/** Whether accept waits: a flag of the socket, for all processes that hold it. */
export function setBlocking(fd: number, isBlocking: boolean): void {
  const { F_GETFL, F_SETFL, O_NONBLOCK } = constants;
  const flags = libc().fcntl(fd, F_GETFL, 0);
  const wanted = isBlocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  if (wanted !== flags && libc().fcntl(fd, F_SETFL, wanted) !== 0) {
    throw new SystemError(`descriptor ${fd}`);
  }
}

/** Whether accept waits. */
export function isBlocking(fd: number): boolean {
  return (libc().fcntl(fd, constants.F_GETFL, 0) & constants.O_NONBLOCK) === 0;
}

/** Lets more connections wait, or fewer. @throws SystemError */
export function listenAgain(fd: number, backlog: number): void {
  if (libc().listen(fd, backlog) !== 0) throw new SystemError(`descriptor ${fd}`);
}

/** Whether listen(2) was called. */
export function isListening(fd: number): boolean {
  return getSocketOption(fd, SOL_SOCKET, constants.SO_ACCEPTCONN) === 1;
}
