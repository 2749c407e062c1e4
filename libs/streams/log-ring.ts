/** The latest output of one watcher, in memory. */
import type { StreamName } from './stream-class.ts';

/** One piece of output that was read. */
export interface LogRecord {
  readonly stream: StreamName;
  /** How many bytes of the stream came before it. */
  readonly position: number;
  /** Seconds since 1970. */
  readonly time: number;
  /** null: several processes share the pipe. */
  readonly pid: number | null;
  readonly wid: number | null;
  /** Whole lines, but when one is long or late. */
  readonly data: Buffer;
}

/** Pieces that were allocated together, and are forgotten together. */
interface Segment {
  readonly store: Buffer;
  fill: number;
  readonly records: LogRecord[];
}

/** What a record takes beside its bytes: many short lines are not to take more than a few long ones. */
const recordBytes = 64;
const smallestSegment = 1024;
const largestSegment = 8192;
const newline = 10;

/** Forgets the oldest. Memory follows what is held, and is at most an eighth above the limit. */
export class LogRing {
  readonly limitBytes: number;
  readonly #segments: Segment[] = [];
  #held = 0;
  #spare: Buffer | undefined;

  /** `limitBytes` 0 keeps nothing. */
  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Copies the data; of a piece that is larger than the ring the last lines. */
  push(record: LogRecord): void {
    const kept = this.#fit(record);
    if (kept === undefined) return;
    const { length } = kept.data;
    let segment = this.#segments.at(-1);
    const isFull =
      segment === undefined ||
      segment.store.length - segment.fill < length ||
      segment.records.length * recordBytes > largestSegment;
    if (segment === undefined || isFull) {
      this.#forget(length + recordBytes);
      segment = { store: this.#allocate(length), fill: 0, records: [] };
      this.#segments.push(segment);
    }
    kept.data.copy(segment.store, segment.fill);
    const data = segment.store.subarray(segment.fill, segment.fill + length);
    segment.fill += length;
    segment.records.push({ ...kept, data });
    this.#held += length + recordBytes;
  }

  /** Oldest first. Their data is valid until the next `push`. */
  records(): LogRecord[] {
    return this.#segments.flatMap(({ records }) => records);
  }

  #fit(record: LogRecord): LogRecord | undefined {
    const room = this.limitBytes - recordBytes;
    if (room <= 0) return undefined;
    const excess = record.data.length - room;
    if (excess <= 0) return record;
    const line = record.data.indexOf(newline, excess - 1) + 1;
    const from = line > 0 && line < record.data.length ? line : excess;
    return { ...record, position: record.position + from, data: record.data.subarray(from) };
  }

  #forget(needed: number): void {
    while (this.#segments.length > 0 && this.#held + needed > this.limitBytes) {
      const oldest = this.#segments.shift();
      if (oldest === undefined) return;
      this.#held -= oldest.fill + oldest.records.length * recordBytes;
      this.#spare = oldest.store;
    }
  }

  #allocate(bytes: number): Buffer {
    const spare = this.#spare;
    this.#spare = undefined;
    // A large one for small pieces would be forgotten as a whole.
    const isFit = spare !== undefined && (bytes > largestSegment || spare.length <= largestSegment);
    if (isFit && spare.length >= bytes) return spare;
    const usual = Math.min(largestSegment, Math.max(smallestSegment, this.#held), this.limitBytes);
    return Buffer.allocUnsafeSlow(roundUp(Math.max(bytes, usual)));
  }
}

/** Powers of two, so that a store that is given up fits the next piece. */
function roundUp(bytes: number): number {
  let size = smallestSegment;
  while (size < bytes) size *= 2;
  return size;
}

/** Takes the last lines, oldest first; the first record loses what is before them. */
export function lastLines(records: readonly LogRecord[], count: number): LogRecord[] {
  const taken: LogRecord[] = [];
  let missing = count;
  for (let at = records.length - 1; at >= 0 && missing > 0; at -= 1) {
    const record = records[at];
    if (record === undefined) break;
    const { from, lines } = findLastLines(record.data, missing);
    missing -= lines;
    taken.push({ ...record, position: record.position + from, data: record.data.subarray(from) });
  }
  return taken.reverse();
}

/** Where the last `count` lines begin, and how many there are; a part of a line counts as one. */
export function findLastLines(data: Buffer, count: number): { from: number; lines: number } {
  let lines = 0;
  for (let at = data.length; at > 0; lines += 1) {
    if (lines === count) return { from: at, lines };
    at = at < 2 ? 0 : data.lastIndexOf(newline, at - 2) + 1;
  }
  return { from: 0, lines };
}
