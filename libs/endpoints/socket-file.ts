/** The file of an ipc endpoint. ZeroMQ takes over whatever is there and leaves it behind. */
import { chmodSync, chownSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import type { User } from '#libs/native';

/** The file's path; `undefined` for other endpoints and for names without a file (`ipc://@name`). */
export function socketPath(endpoint: string): string | undefined {
  const [, path] = /^ipc:\/\/(\/.+)$/.exec(endpoint) ?? [];
  return path;
}

/** What connecting fails with where nobody listens. Others do not say so: EAGAIN is a full queue. */
const nobodyThere: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOENT']);

/**
 * Makes sure that nobody listens there: ZeroMQ would bind all the same, and clients would lose the
 * circusd that they had.
 *
 * @throws Error somebody answers, or may be there
 */
export async function refuseLiveSocket(path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      reject(new Error('Address already in use'));
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (nobodyThere.has(error.code)) resolve();
      else reject(error.code === 'EAGAIN' ? new Error('Address already in use') : error);
    });
  });
}

/** Which file at a path is ours. */
export interface SavedSocketFile {
  readonly path: string;
  readonly inode: number;
}

/** A socket file of ours. */
export class SocketFile {
  readonly #path: string;
  readonly #inode: number;

  private constructor({ path, inode }: SavedSocketFile) {
    this.#path = path;
    this.#inode = inode;
  }

  /**
   * One that has just been bound, now its owner's alone: whoever connects can run programs.
   *
   * @throws Error `EPERM`: only root gives a file to another user
   */
  static made(path: string, owner?: User): SocketFile {
    chmodSync(path, 0o600);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    return new SocketFile({ path, inode: statSync(path).ino });
  }

  static takeOver(saved: SavedSocketFile): SocketFile {
    return new SocketFile(saved);
  }

  handOver(): SavedSocketFile {
    return { path: this.#path, inode: this.#inode };
  }

  /** Removes it, unless it is somebody else's by now. */
  remove(): void {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    if (found?.ino === this.#inode) rmSync(this.#path, { force: true });
  }
}
