/** Follows a file that others write, through renaming, removal and truncation. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { findLastLines } from './log-ring.ts';

/** How often the file is looked at, in milliseconds. */
const lookMs = 100;

/** What is read at a time, and of each file in one look: 8 MB a second. */
const blockBytes = 64 * 1024;
const lookBytes = 12 * blockBytes;

/** Who is further behind goes on at the end. */
const farBehindBytes = 8 * 1024 * 1024;

/** A line without an end is passed on after so many looks without more of it. */
const patientLooks = 10;

const newline = 10;

/** A file that somebody has open for writing, wherever it is now. */
export interface HeldFile {
  readonly inode: number;
  /** Through which it can be opened, whatever became of its name. */
  readonly proc: string;
  /** How much was in it when it was opened. */
  readonly size: number;
}

/** What a tail needs from its owner. */
export interface TailOptions {
  readonly path: string;
  /** Whole lines, but when one is late; valid during the call alone. */
  readonly onData: (data: Buffer) => void;
  /** So many bytes were passed over: they came too fast. */
  readonly onSkipped: (bytes: number) => void;
  /** The files that processes have open under this path. */
  readonly held: () => readonly HeldFile[];
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: number;
  /** All before it was passed on. */
  offset: number;
  /** How often nothing came after a part of a line. */
  lateLooks: number;
}

/** One followed path. */
export class FileTail {
  readonly #options: TailOptions;
  /** Oldest first. */
  readonly #files: OpenFile[] = [];
  readonly #block = Buffer.allocUnsafeSlow(blockBytes);
  readonly #started: Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `fromHeld`: begins where the processes began, and not at the end. */
  constructor(options: TailOptions, { fromHeld }: { fromHeld: boolean }) {
    this.#options = options;
    this.#started = this.#start(fromHeld);
  }

  /** Resolves when all that comes from now on is passed on. */
  async started(): Promise<void> {
    await this.#started;
  }

  /** The last lines of what was passed on, or was there before; oldest first. */
  async readLast(count: number, maxBytes: number): Promise<Buffer[]> {
    const ends = this.#files.map(({ handle, offset }) => ({ handle, offset }));
    return await Promise.all(
      ends.map(({ handle, offset }) => readLastLines(handle, { end: offset, count, maxBytes })),
    );
  }

  /** Passes nothing on any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    void this.#started.then(async () => {
      for (const { handle } of this.#files.splice(0)) await closeQuietly(handle);
    });
  }

  async #start(fromHeld: boolean): Promise<void> {
    await this.#openNew((size, heldSize) => (fromHeld ? (heldSize ?? 0) : size));
    for (const file of this.#files) {
      if (!fromHeld) file.offset = await lineBefore(file.handle, file.offset);
    }
    this.#lookLater();
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => this.#lookLater());
    }, lookMs);
  }

  async #look(): Promise<void> {
    for (const file of [...this.#files]) {
      if (this.#isClosed) return;
      try {
        await this.#read(file);
      } catch {
        // A disk that is gone: what comes after it is seen when the path is there again.
        await this.#forget(file);
      }
    }
    await this.#openNew(() => 0);
    await this.#forgetOld();
  }

  /** Opens what is at the path and what processes hold, as far as it is not open. */
  async #openNew(startOf: (size: number, heldSize?: number) => number): Promise<void> {
    const held = this.#options.held();
    const sources = [...held.map(({ proc }) => proc), this.#options.path];
    const wanted = held.filter(({ inode }) => this.#find(inode) === undefined);
    const current = await inodeOf(this.#options.path);
    const isCurrentNew = current !== undefined && this.#find(current) === undefined;
    if (wanted.length === 0 && !isCurrentNew) return;
    for (const source of new Set(sources)) {
      const opened = await openFile(source);
      if (opened === undefined) continue;
      const known = held.find(({ inode }) => inode === opened.inode);
      // What a process has redirected itself to is not its stream's file.
      const isWanted = opened.inode === current || known !== undefined;
      if (this.#isClosed || !isWanted || this.#find(opened.inode) !== undefined) {
        await closeQuietly(opened.handle);
        continue;
      }
      const { handle, inode, size } = opened;
      this.#files.push({ handle, inode, offset: startOf(size, known?.size), lateLooks: 0 });
    }
  }

  #find(inode: number): OpenFile | undefined {
    return this.#files.find((file) => file.inode === inode);
  }

  async #forgetOld(): Promise<void> {
    const current = await inodeOf(this.#options.path);
    const held = this.#options.held();
    for (const file of [...this.#files]) {
      const isWritten = file.inode === current || held.some(({ inode }) => inode === file.inode);
      if (!isWritten && (await this.#isAtEnd(file))) await this.#forget(file);
    }
  }

  async #isAtEnd({ handle, offset }: OpenFile): Promise<boolean> {
    try {
      return (await handle.stat()).size <= offset;
    } catch {
      return true;
    }
  }

  async #forget(file: OpenFile): Promise<void> {
    const place = this.#files.indexOf(file);
    if (place >= 0) this.#files.splice(place, 1);
    await closeQuietly(file.handle);
  }

  async #read(file: OpenFile): Promise<void> {
    const { size } = await file.handle.stat();
    if (size < file.offset) file.offset = 0;
    if (size - file.offset > farBehindBytes) this.#skip(file, size);
    for (let left = lookBytes; left > 0 && file.offset < size && !this.#isClosed; ) {
      const { bytesRead } = await file.handle.read(this.#block, 0, blockBytes, file.offset);
      if (bytesRead === 0 || this.#isClosed) return;
      const passed = this.#pass(file, this.#block.subarray(0, bytesRead));
      if (passed === 0) return;
      left -= passed;
    }
  }

  #skip(file: OpenFile, size: number): void {
    const target = size - blockBytes;
    this.#options.onSkipped(target - file.offset);
    file.offset = target;
  }

  /** A part of a line waits for the rest of it, which is read again with it. */
  #pass(file: OpenFile, data: Buffer): number {
    const lines = data.lastIndexOf(newline) + 1;
    const isLate = lines === 0 && file.lateLooks >= patientLooks;
    const bytes = lines > 0 ? lines : data.length === blockBytes || isLate ? data.length : 0;
    file.lateLooks = bytes > 0 ? 0 : file.lateLooks + 1;
    if (bytes === 0) return 0;
    file.offset += bytes;
    this.#options.onData(data.subarray(0, bytes));
    return bytes;
  }
}

/** The last lines of a file that nobody follows; nothing when it cannot be read. */
export async function readFileEnd(path: string, count: number, maxBytes: number): Promise<Buffer> {
  const opened = await openFile(path);
  if (opened === undefined) return Buffer.alloc(0);
  try {
    return await readLastLines(opened.handle, { end: opened.size, count, maxBytes });
  } finally {
    await closeQuietly(opened.handle);
  }
}

/** Where the last line that has an end ends. */
async function lineBefore(handle: FileHandle, end: number): Promise<number> {
  const from = Math.max(0, end - blockBytes);
  const block = await readRange(handle, from, end);
  const line = block.lastIndexOf(newline) + 1;
  return line > 0 ? from + line : end;
}

async function readLastLines(
  handle: FileHandle,
  { end, count, maxBytes }: { end: number; count: number; maxBytes: number },
): Promise<Buffer> {
  let data = Buffer.alloc(0);
  const lowest = Math.max(0, end - maxBytes);
  for (let from = end; from > lowest; ) {
    const begin = Math.max(lowest, from - blockBytes);
    data = Buffer.concat([await readRange(handle, begin, from), data]);
    from = begin;
    const found = findLastLines(data, count);
    if (found.lines >= count && found.from > 0) return data.subarray(found.from);
  }
  return lowest === 0 ? data : data.subarray(data.indexOf(newline) + 1);
}

async function readRange(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const data = Buffer.alloc(to - from);
  const { bytesRead } = await handle.read(data, 0, data.length, from);
  return data.subarray(0, bytesRead);
}

async function openFile(
  path: string,
): Promise<{ handle: FileHandle; inode: number; size: number } | undefined> {
  let handle: FileHandle | undefined;
  try {
    // Not a pipe or terminal: opening it could wait for ever.
    if (!(await stat(path)).isFile()) return undefined;
    handle = await open(path, 'r');
    const { ino: inode, size } = await handle.stat();
    return { handle, inode, size };
  } catch {
    await handle?.close();
    return undefined;
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.ino : undefined;
  } catch {
    return undefined;
  }
}

async function closeQuietly(handle: FileHandle): Promise<void> {
  try {
    await handle.close();
  } catch {
    // It was read; nothing is lost.
  }
}
