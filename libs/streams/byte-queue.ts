/** Bytes that wait to be written, in few large buffers that are used again. */

const batchBytes = 256 * 1024;
const keptBatches = 4;

/** First in, first out. Memory follows what waits, rounded up to a batch. */
export class ByteQueue {
  readonly #full: Buffer[] = [];
  readonly #free: Buffer[] = [];
  #tail: Buffer | undefined;
  #fill = 0;
  /** What waits, without what was taken. */
  length = 0;

  /** Copies the data. */
  push(data: Buffer): void {
    this.length += data.length;
    for (let at = 0; at < data.length; ) {
      this.#tail ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(batchBytes);
      const copied = data.copy(this.#tail, this.#fill, at);
      at += copied;
      this.#fill += copied;
      if (this.#fill === this.#tail.length) this.#closeTail();
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

  /** Gives a buffer of `take` back. */
  recycle(batch: Buffer): void {
    if (this.#free.length >= keptBatches) return;
    this.#free.push(Buffer.from(batch.buffer, 0, batchBytes));
  }

  /** Gives up memory that is not needed now. */
  shrink(): void {
    this.#free.length = 0;
    if (this.length === 0) this.#tail = undefined;
  }

  #closeTail(): void {
    if (this.#tail === undefined || this.#fill === 0) return;
    this.#full.push(this.#tail.subarray(0, this.#fill));
    this.#tail = undefined;
    this.#fill = 0;
  }
}
