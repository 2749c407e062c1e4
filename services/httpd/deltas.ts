import type { Delta } from './console-state.ts';

/** So many revisions a page may be behind and still catch up without a new snapshot. */
const heldCount = 400;

/** The latest changes, for pages that come back after a disconnect. */
export class Deltas {
  #held: Delta[] = [];
  #rev = 0;

  get rev(): number {
    return this.#rev;
  }

  add(changes: Omit<Delta, 'rev'>): Delta {
    this.#rev += 1;
    const delta = { rev: this.#rev, ...changes };
    this.#held.push(delta);
    if (this.#held.length > heldCount) this.#held = this.#held.slice(-heldCount / 2);
    return delta;
  }

  /** Those after `rev`; undefined when they are no longer, or were never, held. */
  since(rev: number): readonly Delta[] | undefined {
    if (rev === this.#rev) return [];
    const place = this.#held.findIndex((delta) => delta.rev === rev + 1);
    return place === -1 ? undefined : this.#held.slice(place);
  }
}
