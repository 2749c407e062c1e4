/** Chance that can be repeated: the same seed gives the same throws. */
import type { TestContext } from 'node:test';
import { Random } from '../chaos/random.ts';

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

/** Throws, as fuzz tests speak of them. */
export class Dice extends Random {
  /** True in so many of 100 cases. */
  happens(percent: number): boolean {
    return this.next() * 100 < percent;
  }

  /** @throws Error there is none */
  override pick<T>(items: readonly T[]): T {
    const item = super.pick(items);
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}
