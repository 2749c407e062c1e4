/** The two clocks: one for every age and deadline, one only for telling people and events. */

/** Milliseconds that only ever grow, whatever happens to the wall clock. */
export function monotonicMs(): number {
  return performance.now();
}

/** Epoch seconds with fraction, as events and replies carry them. */
export function epochSeconds(): number {
  return Date.now() / 1_000;
}
