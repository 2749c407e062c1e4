/** Commands whose work is under way, by the number that the core knows them by. */
import { CircusError } from '#libs/protocol';
import type { WaitResult } from '#libs/supervision';

interface Waiting {
  readonly resolve: (result: WaitResult) => void;
  readonly reject: (error: CircusError) => void;
}

/** Every number that is given out is answered once. */
export class WaitingRoom {
  readonly #waiting = new Map<number, Waiting>();
  #lastNumber = 0;

  /** A new number, and the promise of its answer. */
  enter(): { wait: number; answer: Promise<WaitResult> } {
    this.#lastNumber += 1;
    const wait = this.#lastNumber;
    const answer = new Promise<WaitResult>((resolve, reject) => {
      this.#waiting.set(wait, { resolve, reject });
    });
    return { wait, answer };
  }

  /** The highest number so far. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Numbers go on after this one: those up to it were given out by another program. */
  continueAfter(lastNumber: number): void {
    this.#lastNumber = lastNumber;
  }

  /** Waits for a number that another program has given out. */
  enterAgain(wait: number): Promise<WaitResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(wait, { resolve, reject });
    });
  }

  finish(wait: number, result: WaitResult): void {
    this.#leave(wait)?.resolve(result);
  }

  fail(wait: number, reason: string): void {
    this.#leave(wait)?.reject(new CircusError('failed', reason));
  }

  #leave(wait: number): Waiting | undefined {
    const waiting = this.#waiting.get(wait);
    this.#waiting.delete(wait);
    return waiting;
  }
}
