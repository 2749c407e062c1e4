/**
 * Our own sockets, found in /proc: libzmq tells nobody its descriptors, and some have to be known, to be
 * kept or to be waited for.
 */
import { readdirSync } from 'node:fs';
import { libc } from './libc.ts';
import { constants } from './platform.ts';
import { readLocalAddress, type SocketAddress } from './socket-address.ts';
import { isListening } from './socket-options.ts';

/** A socket of this process. */
export interface OwnSocket {
  readonly fd: number;
  readonly isListening: boolean;
  readonly address: SocketAddress;
}

/** All of them. */
export function listOwnSockets(): OwnSocket[] {
  return readdirSync('/proc/self/fd').flatMap((name) => look(Number(name)) ?? []);
}

function look(fd: number): OwnSocket | undefined {
  try {
    const address = readLocalAddress(fd)?.address;
    return address === undefined ? undefined : { fd, isListening: isListening(fd), address };
  } catch {
    // A thread of libzmq has closed it meanwhile.
    return undefined;
  }
}

/** How many bytes have come and were not read. */
export function unreadBytes(fd: number): number {
  const count = Buffer.alloc(8);
  return libc().ioctl(fd, constants.FIONREAD, count) === 0 ? count.readInt32LE(0) : 0;
}

/** Ends a connection in both directions; what has come can still be read, what was sent arrives. */
export function shutDown(fd: number): void {
  libc().shutdown(fd, constants.SHUT_RDWR);
}

/** Another descriptor of the same socket, close-on-exec; `undefined` when none is free. */
export function duplicate(fd: number): number | undefined {
  const copy = libc().fcntl(fd, constants.F_DUPFD_CLOEXEC, 3);
  return copy < 0 ? undefined : copy;
}
