/** The two clocks: one for every age and deadline, one only for telling people and events. */

/** Milliseconds that only ever grow, whatever happens to the wall clock. */
export function monotonicMs(): number {
  return performance.now();
}

/** Epoch seconds with fraction, as events and replies carry them. */
export function epochSeconds(): number {
  return Date.now() / 1_000;
}

/**
 * When `monotonicMs` was 0, by the clock that all programs of this machine share until it is started
 * again. The difference between two programs moves points in time from the one to the other.
 */
export function clockOriginMs(): number {
  return Number(process.hrtime.bigint()) / 1e6 - monotonicMs();
}
