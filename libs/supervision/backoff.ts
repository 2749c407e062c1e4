/** How long the slot of a dying process stays vacant (design: crash loops). */
import type { Slot } from './model.ts';
import type { BackoffRules } from './rules.ts';

/** A pause is lengthened or shortened by at most this part of it, so that slots do not beat in time. */
const jitter = 0.1;

/**
 * Milliseconds until a slot is filled again after its nth failure in a row: nothing after the first,
 * then `initialMs` growing by `factor` up to `maxMs`.
 *
 * @param random - at least 0, below 1
 */
export function backoffDelayMs(rules: BackoffRules, failures: number, random: number): number {
  if (failures <= 1) return 0;
  const plain = Math.min(rules.initialMs * rules.factor ** (failures - 2), rules.maxMs);
  return plain * (1 - jitter + 2 * jitter * random);
}

/** Takes a life into account that ended by itself; tells how long the slot stays vacant, in ms. */
export function countLife(
  slot: Slot,
  rules: BackoffRules,
  livedMs: number,
  random: number,
): number {
  if (livedMs >= rules.resetMs) slot.failures = 0;
  if (livedMs >= rules.minLifeMs) return 0;
  return countFailure(slot, rules, random);
}

/** Takes a failed attempt into account; tells how long the slot stays vacant, in ms. */
export function countFailure(slot: Slot, rules: BackoffRules, random: number): number {
  slot.failures += 1;
  return backoffDelayMs(rules, slot.failures, random);
}
