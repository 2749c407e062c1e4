/** Long work in short pieces, so that supervision and other requests go on in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** After so much work others get their turn; a piece of it takes a tenth of a millisecond. */
const sliceMs = 4;

/** Shared by all who do such work: what one has used the next one does not have. */
export class Pace {
  #sliceStart = Number.NEGATIVE_INFINITY;

  /** Resolves at once, or in the next turn of the event loop. To be awaited before each piece. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#sliceStart < sliceMs) return;
    await nextTurn();
    this.#sliceStart = performance.now();
  }
}
