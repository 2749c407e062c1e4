/** When a process, or several together, use too much or too little: a calculation. */
import type { Figures } from './figures.ts';

/** An amount of memory: of the machine's, or bytes. */
export type MemoryLimit = { readonly percent: number } | { readonly bytes: number };

/** null: not looked at. */
export interface ResourceLimits {
  readonly maxCpu: number;
  readonly minCpu: number | null;
  readonly maxMemory: MemoryLimit;
  readonly minMemory: MemoryLimit | null;
  /** Of the mean of CPU and memory, percent. */
  readonly health: number;
}

/** The tests by the names that statsd gets. */
export const tests = [
  'over_cpu',
  'under_cpu',
  'over_memory',
  'under_memory',
  'over_health',
] as const;
export type ResourceTest = (typeof tests)[number];

/** Which limits are passed. What nobody may know (N/A) counts as everything; no process as nothing. */
export function findExceeded(
  processes: readonly Figures[],
  limits: ResourceLimits,
): ResourceTest[] {
  const cpus = processes.map(({ cpu }) => cpu ?? 100);
  const percents = processes.map(({ memory }) => memory ?? 100);
  const bytes = processes.map(({ memoryBytes }) => memoryBytes ?? Number.POSITIVE_INFINITY);
  const memory = (limit: MemoryLimit): { used: readonly number[]; limit: number } =>
    'bytes' in limit
      ? { used: bytes, limit: limit.bytes }
      : { used: percents, limit: limit.percent };
  const most = memory(limits.maxMemory);
  const least = limits.minMemory === null ? undefined : memory(limits.minMemory);
  const isExceeded: Readonly<Record<ResourceTest, boolean>> = {
    over_cpu: highest(cpus) > limits.maxCpu,
    under_cpu: limits.minCpu !== null && lowest(cpus) <= limits.minCpu,
    over_memory: highest(most.used) > most.limit,
    under_memory: least !== undefined && lowest(least.used) < least.limit,
    over_health: (highest(cpus) + highest(percents)) / 2 > limits.health,
  };
  return tests.filter((test) => isExceeded[test]);
}

/** Counts how often in a row each test was failed. */
export class Strikes {
  readonly #counts = new Map<ResourceTest, number>();

  /** Whether one of them was failed more often than allowed; then counting begins anew. */
  add(exceeded: readonly ResourceTest[], maxCount: number): boolean {
    for (const test of tests) {
      const count = exceeded.includes(test) ? (this.#counts.get(test) ?? 0) + 1 : 0;
      this.#counts.set(test, count);
    }
    const isOut = [...this.#counts.values()].some((count) => count > maxCount);
    if (isOut) this.#counts.clear();
    return isOut;
  }
}

function highest(values: readonly number[]): number {
  return Math.max(0, ...values);
}

function lowest(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.min(...values);
}
