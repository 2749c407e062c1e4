/** What goes along with a state that is handed over and is no JSON itself: descriptors, and bytes. */

/** Where bytes are, in the order they were packed. */
export interface PackedBytes {
  readonly at: number;
  readonly length: number;
}

/** Finds packed bytes again. */
export type Unpack = (packed: PackedBytes) => Buffer;

/** Is filled while a state is written down. */
export class Baggage {
  readonly descriptors: number[] = [];
  readonly parts: Buffer[] = [];
  #length = 0;

  /** A descriptor that is to be open under the same number. */
  keep(fd: number): number {
    this.descriptors.push(fd);
    return fd;
  }

  /** Bytes that must not change until they are written. */
  pack(parts: readonly Buffer[]): PackedBytes {
    const at = this.#length;
    for (const part of parts) this.#length += part.length;
    this.parts.push(...parts);
    return { at, length: this.#length - at };
  }
}
