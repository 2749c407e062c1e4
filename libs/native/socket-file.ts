/** The file of a UNIX socket: its mode, what was there before, and its removal. */
import { lstatSync, renameSync, rmSync, type Stats } from 'node:fs';
import { findPathOwner } from './address-owner.ts';
import { SocketError } from './socket-error.ts';

/** What has to be known of the socket. */
interface FileRequest {
  readonly name: string;
  readonly umask: number | null;
  readonly mayReplace: boolean;
}

/** Which file at a path was made by us. */
export interface SavedSocketFile {
  readonly path: string;
  readonly made: { readonly ino: number; readonly dev: number } | null;
}

/** A file that bind(2) has made. */
export class SocketFile {
  readonly #path: string;
  readonly #made: SavedSocketFile['made'];
  /** Where the file is that was there before. */
  #former: string | undefined;

  private constructor({ path, made }: SavedSocketFile, former?: string) {
    this.#path = path;
    this.#made = made;
    this.#former = former;
  }

  /** The file of a socket that another program has made for us. */
  static takeOver(saved: SavedSocketFile): SocketFile {
    return new SocketFile(saved);
  }

  /** For the program that takes the socket over. A former file does not come back any more. */
  handOver(): SavedSocketFile {
    return { path: this.#path, made: this.#made };
  }

  /**
   * Makes room at the path, if that is allowed, and lets `bind` make the file under the umask.
   *
   * @throws SocketError something is there already; whatever `bind` throws
   */
  static make(path: string, request: FileRequest, bind: () => void): SocketFile {
    const former = makeRoom(path, request);
    try {
      withUmask(request.umask, bind);
    } catch (error) {
      if (former !== undefined) renameSync(former, path);
      throw error;
    }
    const made = statLink(path);
    return new SocketFile({ path, made: made ? { ino: made.ino, dev: made.dev } : null }, former);
  }

  /** Removes the file, unless it is another one by now. */
  remove(): void {
    const now = statLink(this.#path);
    const isOurs = now?.ino === this.#made?.ino && now?.dev === this.#made?.dev;
    if (now !== undefined && isOurs) rmSync(this.#path, { force: true });
  }

  forgetFormer(): void {
    if (this.#former !== undefined) rmSync(this.#former, { force: true });
    this.#former = undefined;
  }

  restoreFormer(): void {
    if (this.#former !== undefined) renameSync(this.#former, this.#path);
    this.#former = undefined;
  }
}

/** Moves a socket file aside, so that it can come back. */
function makeRoom(path: string, { name, mayReplace }: FileRequest): string | undefined {
  const there = statLink(path);
  if (there === undefined) return undefined;
  if (!there.isSocket()) {
    const reason = 'the path exists and is no socket (EEXIST): remove it or choose another path';
    throw new SocketError(name, path, 'EEXIST', reason);
  }
  if (!mayReplace) {
    const owner = findPathOwner(path);
    const state = owner === undefined ? ', held by nobody that circusd can see' : ` by ${owner}`;
    const reason = `the path is in use${state} (EADDRINUSE): remove it or write replace = True`;
    throw new SocketError(name, path, 'EADDRINUSE', reason);
  }
  const former = `${path}.${process.pid}.former`;
  renameSync(path, former);
  return former;
}

function withUmask(umask: number | null, make: () => void): void {
  if (umask === null) {
    make();
    return;
  }
  const own = process.umask(umask);
  try {
    make();
  } finally {
    process.umask(own);
  }
}

function statLink(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // bind(2) will say what is wrong with the way to it.
    return undefined;
  }
}
