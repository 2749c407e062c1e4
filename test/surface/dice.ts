/** Chance that can be repeated: the same seed gives the same throws. */
import type { TestContext } from 'node:test';

/** What `npm run chaos` sets to 10: every fuzz test runs so many times its usual number. */
const factor = Number(process.env['CIRCUS_FUZZ_RUNS'] ?? 1);

/** How often a fuzz test runs that runs `count` times in CI. */
export function fuzzRuns(count: number): number {
  return Math.round(count * factor);
}

/** Dice of a new seed, or of `CIRCUS_FUZZ_SEED`; the seed is told in the test's output. */
export function rollDice(t: TestContext): Dice {
  const given = process.env['CIRCUS_FUZZ_SEED'];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
  t.diagnostic(`seed: again with CIRCUS_FUZZ_SEED=${seed}`);
  return new Dice(seed);
}

/** A stream of throws: mulberry32, small and even enough. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, but not, `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True in so many of 100 cases. */
  happens(percent: number): boolean {
    return this.next() * 100 < percent;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}
