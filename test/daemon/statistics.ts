/** Figures about samples. */

/** The middle one; NaN without samples. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

/** The smallest sample that at least `percent` of them do not exceed; NaN without samples. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}
