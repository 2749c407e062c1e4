/** Describes processes one by one, from /proc alone. */
import type { JsonObject } from '#libs/protocol';
import { describeProcess } from './describe-process.ts';
import { processTimes } from './process-clock.ts';
import { commandOf, ownerOf } from './process-names.ts';
import { type ProcessStat, readProcessStat, ticksPerSecond } from './process-stat.ts';

interface Sample {
  readonly startTime: number;
  readonly cpuTicks: number;
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  readonly cpu: number;
}

/** The kernel counts in ticks of 10 ms: a share of less time than this says nothing. Milliseconds. */
const shortestSpanMs = 100;

/** A process that nobody has asked for so long has most likely ended. Milliseconds. */
const keptMs = 600_000;

/** Remembers the last sample of each process: CPU is a share of the time since then. */
export class ProcessMeter {
  readonly #samples = new Map<number, Sample>();
  #lastSweep = performance.now();

  /** `undefined` when there is no such process (any more). The first sample of a process has cpu 0. */
  describe(pid: number): JsonObject | undefined {
    this.#sweep();
    const stat = readProcessStat(pid);
    if (stat === undefined) {
      this.#samples.delete(pid);
      return undefined;
    }
    return describeProcess({
      pid,
      cpu: this.#measureCpu(stat),
      residentBytes: stat.residentBytes,
      virtualBytes: stat.virtualBytes,
      cpuTicks: stat.cpuTicks + stat.childTicks,
      nice: stat.state === 'Z' ? 'Zombie' : stat.nice,
      ...processTimes(stat.startTime),
      username: ownerOf(pid),
      cmdline: commandOf(pid),
    });
  }

  #measureCpu({ pid, startTime, cpuTicks }: ProcessStat): number {
    const at = performance.now();
    const last = this.#samples.get(pid);
    if (last?.startTime !== startTime) {
      this.#samples.set(pid, { startTime, cpuTicks, at, cpu: 0 });
      return 0;
    }
    if (at - last.at < shortestSpanMs) return last.cpu;
    const seconds = (at - last.at) / 1_000;
    const cpu = ((cpuTicks - last.cpuTicks) / ticksPerSecond / seconds) * 100;
    this.#samples.set(pid, { startTime, cpuTicks, at, cpu });
    return cpu;
  }

  /** Most processes end without being asked for once more. */
  #sweep(): void {
    const now = performance.now();
    if (now - this.#lastSweep < keptMs) return;
    this.#lastSweep = now;
    for (const [pid, { at }] of this.#samples) {
      if (now - at > keptMs) this.#samples.delete(pid);
    }
  }
}
