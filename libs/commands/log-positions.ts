/** Tells doubled and missing output by the positions of its pieces. */
import type { LogPiece } from '#libs/protocol';

interface Place {
  /** Where the next piece begins. */
  next: number;
  /** Something has come that was not shown before. */
  isLive: boolean;
}

/** Where a follower is, by topic. */
export class LogPositions {
  readonly #places = new Map<string, Place>();

  /** All before `position` was shown. */
  begin(topic: string, position: number): void {
    this.#places.set(topic, { next: position, isLive: false });
  }

  /** Whether a piece is to be shown, and how many bytes are missing before it. */
  advance(
    topic: string,
    { position, bytes }: Pick<LogPiece, 'position' | 'bytes'>,
  ): { isNew: boolean; missing: number } {
    const place = this.#places.get(topic);
    const next = place?.next ?? position;
    // What was shown already comes once more at the beginning alone; later it has begun anew.
    if (place !== undefined && position < next && !place.isLive)
      return { isNew: false, missing: 0 };
    this.#places.set(topic, { next: position + bytes, isLive: true });
    return { isNew: bytes > 0, missing: Math.max(0, position - next) };
  }
}
