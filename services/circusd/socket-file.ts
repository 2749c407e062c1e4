/** The file of an ipc endpoint. ZeroMQ takes over whatever is there and leaves it behind. */
import { chmodSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';

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

  /** One that has just been bound, now its owner's alone: whoever connects can run programs. */
  static made(path: string): SocketFile {
    chmodSync(path, 0o600);
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
