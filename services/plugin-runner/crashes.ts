/** When crashes are flapping: a calculation over the times of a watcher's deaths. */

/** One process that has ended by itself. */
export interface Crash {
  /** Epoch seconds. */
  readonly time: number;
  /** Seconds that circusd waits before it replaces the process. */
  readonly backoff: number;
  /** Its slot, when slots are looked at one by one; null when all crashes of the watcher count. */
  readonly wid: number | null;
}

/** How many crashes in how much time are too many. */
export interface CrashLimits {
  readonly attempts: number;
  /** Seconds. */
  readonly window: number;
  /** The crashes of how many processes are counted together. */
  readonly processes: number;
}

/** Signals whose process was never heard of again: more than so many are forgotten. */
const maxExpected = 10_000;

/** The latest crashes of one watcher. */
export class Crashes {
  readonly #timelines = new Map<number | null, Crash[]>();
  /** Pids of processes that circusd has signalled: their end is no crash. */
  readonly #expected = new Set<number>();

  /** A process was asked to end. */
  expect(pid: number): void {
    this.#expected.add(pid);
    const [oldest] = this.#expected;
    if (this.#expected.size > maxExpected && oldest !== undefined) this.#expected.delete(oldest);
  }

  /** Whether a process that has ended was asked to. */
  isExpected(pid: number): boolean {
    return this.#expected.delete(pid);
  }

  /**
   * Takes a crash into account; whether it is flapping now: with this one there are `attempts` for
   * each process within the window.
   *
   * The pauses before replacements are no part of the time. Those of several processes pass side by
   * side, so that each process accounts for its part of them.
   */
  add(crash: Crash, { attempts, window, processes }: CrashLimits): boolean {
    const timeline = this.#timelines.get(crash.wid) ?? [];
    this.#timelines.set(crash.wid, timeline);
    timeline.push(crash);
    const enough = Math.max(1, attempts) * processes;
    if (timeline.length > enough) timeline.splice(0, timeline.length - enough);
    const [first] = timeline;
    if (first === undefined || timeline.length < enough) return false;
    const pauses = timeline.slice(0, -1).reduce((sum, { backoff }) => sum + backoff, 0);
    return crash.time - first.time - pauses / processes <= window;
  }

  /** Counting begins anew. */
  clear(): void {
    this.#timelines.clear();
  }
}
