/** Bytes that wait to be written, in few large buffers that are used again. */

/** A batch is written at once: little of little, much of much. */
const smallestBatch = 64 * 1024;
const largestBatch = 1024 * 1024;
const keptBatches = 8;

const newline = 10;

/** First in, first out. Memory follows what waits, rounded up to a batch. */
export class ByteQueue {
  readonly #full: Buffer[] = [];
  readonly #free: Buffer[] = [];
  #tail: Buffer | undefined;
  #fill = 0;
  /** What waits, without what was taken. */
  length = 0;

  /** Copies the data. A batch ends between two lines, unless one is longer than a batch. */
  push(data: Buffer): void {
    this.length += data.length;
    for (let at = 0; at < data.length; ) {
      this.#tail ??= this.#allocate();
      const end = endOfFit(data, at, this.#tail.length - this.#fill);
      if (end === at && this.#fill > 0) {
        this.#closeTail();
        continue;
      }
      const copied = data.copy(this.#tail, this.#fill, at, end > at ? end : data.length);
      at += copied;
      this.#fill += copied;
      if (at < data.length || this.#fill === this.#tail.length) this.#closeTail();
    }
  }

  /** The oldest bytes; the caller owns them until `recycle`. `undefined`: there are none. */
  take(): Buffer | undefined {
    if (this.#full.length === 0) this.#closeTail();
    const batch = this.#full.shift();
    if (batch !== undefined) this.length -= batch.length;
    return batch;
  }

  /** All that waits, oldest first, without taking it. Valid until the next call. */
  peek(): Buffer[] {
    return this.#tail === undefined
      ? [...this.#full]
      : [...this.#full, this.#tail.subarray(0, this.#fill)];
  }

  /** Gives a buffer of `take` back. The larger ones are kept. */
  recycle(batch: Buffer): void {
    this.#free.push(Buffer.from(batch.buffer));
    this.#free.sort((a, b) => a.length - b.length);
    if (this.#free.length > keptBatches) this.#free.shift();
  }

  /** Gives up memory that is not needed now. */
  shrink(): void {
    this.#free.length = 0;
    if (this.length === 0) this.#tail = undefined;
  }

  #allocate(): Buffer {
    let size = smallestBatch;
    while (size < this.length && size < largestBatch) size *= 2;
    const place = this.#free.findIndex((buffer) => buffer.length >= size);
    const [free] = place < 0 ? [] : this.#free.splice(place, 1);
    return free ?? Buffer.allocUnsafeSlow(size);
  }

  #closeTail(): void {
    if (this.#tail === undefined || this.#fill === 0) return;
    this.#full.push(this.#tail.subarray(0, this.#fill));
    this.#tail = undefined;
    this.#fill = 0;
  }
}

/** Where the last line ends that fits; `from` when none does. */
function endOfFit(data: Buffer, from: number, room: number): number {
  if (data.length - from <= room) return data.length;
  return Math.max(from, data.lastIndexOf(newline, from + room - 1) + 1);
}
