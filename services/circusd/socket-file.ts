/** The file of an ipc endpoint. ZeroMQ takes over whatever is there and leaves it behind. */
import { chmodSync, chownSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import type { User } from '#libs/native';

/** The file's path; `undefined` for other endpoints and for names without a file (`ipc://@name`). */
export function socketPath(endpoint: string): string | undefined {
  const [, path] = /^ipc:\/\/(\/.+)$/.exec(endpoint) ?? [];
  return path;
}

/**
 * Makes sure that nobody listens there: ZeroMQ would bind all the same, and clients would lose the
 * circusd that they had.
 *
 * @throws Error somebody answers
 */
export async function refuseLiveSocket(path: string): Promise<void> {
  const isLive = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
  if (isLive) throw new Error('Address already in use');
}

/** A socket file that has just been bound, now its owner's alone: whoever connects can run programs. */
export class SocketFile {
  readonly #path: string;
  readonly #inode: number;

  /** @throws Error `EPERM`: only root gives a file to another user */
  constructor(path: string, owner?: User) {
    chmodSync(path, 0o600);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    this.#path = path;
    this.#inode = statSync(path).ino;
  }

  /** Removes it, unless it is somebody else's by now. */
  remove(): void {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    if (found?.ino === this.#inode) rmSync(this.#path, { force: true });
  }
}
