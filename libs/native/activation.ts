/** Socket activation as systemd does it: sockets that circusd is started with, from descriptor 3 on. */
import { closeSync } from 'node:fs';
import { constants } from './platform.ts';
import { readLocalAddress, type SocketAddress } from './socket-address.ts';
import { getSocketOption } from './socket-options.ts';

/** A socket that was handed to us. */
export interface ActivatedSocket {
  readonly fd: number;
  /** Of LISTEN_FDNAMES; empty when there is none. */
  readonly name: string;
  readonly address: SocketAddress;
  /** The kernel's numbers. */
  readonly family: number;
  readonly type: number;
}

const firstDescriptor = 3;
const variables = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'] as const;

/**
 * The sockets that this process was started with, for it alone: the variables go, because they mean
 * nothing to our children. To be called once, before descriptors are used.
 */
export function takeActivatedSockets(
  env: Record<string, string | undefined>,
  pid: number = process.pid,
): ActivatedSocket[] {
  const [listenPid, listenFds, listenNames] = variables.map((name) => env[name]);
  for (const name of variables) delete env[name];
  const count = Number(listenFds);
  if (Number(listenPid) !== pid || !Number.isInteger(count) || count <= 0) return [];
  const names = listenNames?.split(':') ?? [];
  return Array.from({ length: count }, (_, index) => firstDescriptor + index).flatMap(
    (fd, index) => {
      const local = readLocalAddress(fd);
      if (local === undefined) return [];
      const type = getSocketOption(fd, constants.SOL_SOCKET, constants.SO_TYPE);
      return [{ fd, name: names[index] ?? '', type, ...local }];
    },
  );
}

/** Gives back a socket that nobody wants. */
export function closeActivated({ fd }: ActivatedSocket): void {
  closeSync(fd);
}
