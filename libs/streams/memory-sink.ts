/** Keeps the last output in memory. */
import type { Sink } from './stream-class.ts';

/** What is kept at most, in bytes. */
const memoryBytes = 1024 * 1024;

/** A sink that takes everything and forgets the oldest. */
export class MemorySink implements Sink {
  readonly name = 'memory';
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  async write(data: Buffer): Promise<number> {
    const chunk = Buffer.from(data.subarray(-memoryBytes));
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes > memoryBytes) this.#bytes -= this.#chunks.shift()?.length ?? 0;
    return data.length;
  }

  /** All that is kept, which is then forgotten. */
  take(): Buffer {
    const all = Buffer.concat(this.#chunks.splice(0));
    this.#bytes = 0;
    return all;
  }

  async close(): Promise<void> {}
}
