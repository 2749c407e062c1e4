/** Events as async iterators, as many as are asked for. */
import type { PublishedEvent } from '#libs/protocol';

/** A reader that is further behind loses the oldest events, and sees it by `seq`. */
const mostWaiting = 100_000;

interface Reader {
  readonly waiting: PublishedEvent[];
  wake: () => void;
}

/** Hands each event to every reader. */
export class EventHub {
  readonly #readers = new Set<Reader>();
  #isClosed = false;

  publish(event: PublishedEvent): void {
    for (const { waiting, wake } of this.#readers) {
      if (waiting.length >= mostWaiting) waiting.shift();
      waiting.push(event);
      wake();
    }
  }

  /** Events from this call on, until `close` or until the loop is left. */
  events(): AsyncIterableIterator<PublishedEvent> {
    const reader: Reader = { waiting: [], wake: () => undefined };
    this.#readers.add(reader);
    return this.#read(reader);
  }

  /** Ends every loop once it has seen what was published. */
  close(): void {
    this.#isClosed = true;
    for (const { wake } of this.#readers) wake();
  }

  async *#read(reader: Reader): AsyncGenerator<PublishedEvent, void> {
    try {
      while (true) {
        const event = reader.waiting.shift();
        if (event !== undefined) yield event;
        else if (this.#isClosed) return;
        else {
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
        }
      }
    } finally {
      this.#readers.delete(reader);
    }
  }
}
