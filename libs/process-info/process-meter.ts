/** Describes processes as `stats` and `dstats` give them (protocol 2.6). */
import { readFileSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename } from 'node:path';
import type { JsonObject } from '#libs/protocol';
import { userName } from './accounts.ts';
import { printBytes, printCpuTime } from './print-units.ts';
import { type ProcessStat, readProcessStat, ticksPerSecond } from './process-stat.ts';

interface Sample {
  readonly startTime: number;
  readonly cpuTicks: number;
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
}

/** Remembers the last sample of each process: CPU is a share of the time since then. */
export class ProcessMeter {
  readonly #samples = new Map<number, Sample>();

  /** `undefined` when there is no such process (any more). The first sample of a process has cpu 0. */
  describe(pid: number): JsonObject | undefined {
    const stat = readProcessStat(pid);
    if (stat === undefined) {
      this.#samples.delete(pid);
      return undefined;
    }
    const createTime = bootSeconds() + stat.startTime / ticksPerSecond;
    return {
      mem_info1: printBytes(stat.residentBytes),
      mem_info2: printBytes(stat.virtualBytes),
      cpu: this.#measureCpu(stat),
      mem: round(3, (stat.residentBytes / totalmem()) * 100),
      ctime: printCpuTime(stat.cpuTicks + stat.childTicks),
      pid,
      username: ownerOf(pid),
      nice: stat.state === 'Z' ? 'Zombie' : stat.nice,
      create_time: round(2, createTime),
      age: round(2, Math.max(0, Date.now() / 1_000 - createTime)),
      cmdline: commandOf(pid),
    };
  }

  #measureCpu({ pid, startTime, cpuTicks }: ProcessStat): number {
    const at = performance.now();
    const last = this.#samples.get(pid);
    this.#samples.set(pid, { startTime, cpuTicks, at });
    if (last === undefined || last.startTime !== startTime || at <= last.at) return 0;
    const seconds = (at - last.at) / 1_000;
    return round(1, ((cpuTicks - last.cpuTicks) / ticksPerSecond / seconds) * 100);
  }
}

let bootTime: number | undefined;

/** Epoch seconds of the boot. */
function bootSeconds(): number {
  bootTime ??= Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0);
  return bootTime;
}

function ownerOf(pid: number): string {
  try {
    return userName(statSync(`/proc/${pid}`).uid);
  } catch {
    return 'N/A';
  }
}

/** The base name of the first argument only. */
function commandOf(pid: number): string {
  try {
    const [first = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return first === '' ? 'N/A' : basename(first);
  } catch {
    return 'N/A';
  }
}

function round(decimals: number, value: number): number {
  return Number(value.toFixed(decimals));
}
