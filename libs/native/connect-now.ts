/**
 * Connections within this machine, made by bare system calls: a fraction of the processor time that a
 * net.Socket takes, for who makes hundreds of them a second. Nothing here waits.
 */
import { closeSync } from 'node:fs';
import { isIP } from 'node:net';
import { errnoName, lastErrno, libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';
import {
  encodeAddress,
  type SocketAddress,
  socketFamilies,
  socketTypes,
} from './socket-address.ts';

const { POLLOUT, SO_ERROR, SOCK_CLOEXEC, SOCK_NONBLOCK, SOL_SOCKET } = constants;

const scratch = { entry: Buffer.alloc(8), error: Buffer.alloc(4), length: Buffer.alloc(4) };

/** Where a connection goes. */
export interface Peer {
  readonly family: number;
  readonly address: Buffer;
}

/** `undefined` for a name: to look it up may take its time. */
export function findPeer(address: SocketAddress): Peer | undefined {
  if (!('path' in address) && isIP(address.host) === 0) return undefined;
  const isInternet = !('path' in address);
  const family = !isInternet ? 'AF_UNIX' : isIP(address.host) === 6 ? 'AF_INET6' : 'AF_INET';
  return { family: socketFamilies[family], address: encodeAddress(family, address) };
}

/**
 * A connection that does not block, to be closed with `closeSync`. `undefined`: it is not there at
 * once, as it is within a machine unless the server's backlog is full.
 *
 * @throws SystemError ECONNREFUSED, ENOENT, EMFILE
 */
export function connectNow({ family, address }: Peer): number | undefined {
  const fd = libc().socket(family, socketTypes.SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw new SystemError('cannot create a socket');
  const error = libc().connect(fd, address, address.length) === 0 ? 0 : outcomeOf(fd);
  if (error === 0) return fd;
  closeSync(fd);
  if (error === undefined) return undefined;
  throw new SystemError('cannot connect', error);
}

/** The errno of a connection that was not there when connect(2) returned; `undefined`: still open. */
function outcomeOf(fd: number): number | undefined {
  const errno = lastErrno();
  const name = errnoName(errno);
  if (name === 'EAGAIN') return undefined;
  if (name !== 'EINPROGRESS') return errno;
  const { entry, error, length } = scratch;
  entry.writeInt32LE(fd, 0);
  entry.writeInt16LE(POLLOUT, 4);
  entry.writeInt16LE(0, 6);
  if (libc().poll(entry, 1, 0) !== 1) return undefined;
  length.writeInt32LE(error.length);
  if (libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, error, length) !== 0) return lastErrno();
  return error.readInt32LE();
}
