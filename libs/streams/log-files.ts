/** Files that are appended to. Who names the same path gets the same file, so that none loses lines. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Rotation } from './rotation.ts';
import type { Sink } from './stream-class.ts';

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
/** Not blocking: a file may be a named pipe that nobody reads. */
const openFlags = O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY;

/** How a file is kept. */
export interface FileRules {
  readonly rotation?: Rotation;
  /** Look before each write whether the path has become another file. */
  readonly watches?: boolean;
}

/** The files of one daemon. */
export class LogFiles {
  readonly #files = new Map<string, LogFile>();

  /** The file at this path. Of several rules for one file the latest hold. */
  at(path: string, rules: FileRules = {}): Sink {
    const absolute = resolve(path);
    let file = this.#files.get(absolute);
    if (file === undefined) {
      file = new LogFile(absolute);
      this.#files.set(absolute, file);
    }
    file.rules = rules;
    return file;
  }
}

/** One file; opened at the first write. Writes of several streams take turns. */
class LogFile implements Sink {
  readonly name: string;
  rules: FileRules = {};
  #handle: FileHandle | undefined;
  #size = 0;
  #inode = 0;
  #isStale = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.name = path;
  }

  write(data: Buffer): Promise<number> {
    return this.#inTurn(() => this.#write(data));
  }

  reopen(): void {
    this.#isStale = true;
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#close());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #write(data: Buffer): Promise<number> {
    try {
      const { handle, room } = await this.#prepare(data);
      const { bytesWritten } = await handle.write(data, 0, room, null);
      this.#size += bytesWritten;
      return bytesWritten;
    } catch (error) {
      // Opened anew at the next attempt: it may be another disk by then.
      if (!isBusy(error)) await this.#close();
      throw error;
    }
  }

  async #prepare(data: Buffer): Promise<{ handle: FileHandle; room: number }> {
    if (this.#isStale || (await this.#isReplaced())) await this.#close();
    let handle = this.#handle ?? (await this.#open());
    let room = this.#room(data);
    if (room === 0) {
      await Promise.all([this.#close(), this.rules.rotation?.rotate(this.name)]);
      handle = await this.#open();
      room = this.#room(data) || data.length;
    }
    return { handle, room };
  }

  #room(data: Buffer): number {
    return this.rules.rotation?.room(data, this.#size) ?? data.length;
  }

  /** Whether the file is no longer in any directory or, if that is watched, no longer in its place. */
  async #isReplaced(): Promise<boolean> {
    if (this.#handle === undefined) return false;
    if (!this.rules.watches) return (await this.#handle.stat()).nlink === 0;
    try {
      return (await stat(this.name)).ino !== this.#inode;
    } catch {
      return true;
    }
  }

  async #open(): Promise<FileHandle> {
    const handle = await open(this.name, openFlags, 0o666);
    const { size, ino, mtimeMs } = await handle.stat();
    this.#handle = handle;
    this.#size = size;
    this.#inode = ino;
    this.#isStale = false;
    if (size > 0) this.rules.rotation?.begin(mtimeMs);
    return handle;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EAGAIN';
}
