/** A managed socket that circusd holds. */
import { chmodSync } from 'node:fs';
import type { SocketConfig } from '#libs/config';
import {
  bindToInterface,
  isAccepting,
  type ListeningSocket,
  listenAgain,
  type SocketAddress,
  setBlocking,
} from '#libs/native';
import type { SocketView } from '#libs/protocol';

/** One of them. */
export interface HeldSocket {
  /** At which processes find it: 3, 4, 5... */
  readonly number: number;
  readonly config: SocketConfig;
  /** The real one, with the port that was taken for 0. */
  readonly address: SocketAddress;
  /**
   * Listening; with so_reuseport only bound, so that the port stays ours. `undefined`: one with
   * so_reuseport that nobody connects to, which even so would get its share of the datagrams.
   */
  readonly socket: ListeningSocket | undefined;
}

/** As `listsockets` tells it. */
export function viewSocket({ number, config, address }: HeldSocket): SocketView {
  const { name, options } = config;
  return { fd: number, name, backlog: options.backlog, ...address };
}

/** Gives an open socket what has changed in its options. */
export function adjustSocket(
  { fd, address }: ListeningSocket,
  before: SocketConfig['options'],
  after: SocketConfig['options'],
): void {
  if (before.blocking !== after.blocking) setBlocking(fd, after.blocking);
  if (before.interface !== after.interface) bindToInterface(fd, after.interface ?? '');
  const listens = isAccepting(after.type) && !after.so_reuseport;
  if (before.backlog !== after.backlog && listens) listenAgain(fd, after.backlog);
  if (before.umask !== after.umask && 'path' in address) {
    chmodSync(address.path, 0o777 & ~(after.umask ?? process.umask()));
  }
}
