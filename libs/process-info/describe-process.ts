/** The process description that `stats`, `dstats` and the stats channel give (protocol 2.6). */
import { totalmem } from 'node:os';
import type { JsonObject } from '#libs/protocol';
import { printBytes, printCpuTime } from './print-units.ts';

/** What stands where the system does not tell. */
export const notAvailable = 'N/A';

type Measured = number | typeof notAvailable;

/** What is known of a process; `N/A` where the system does not tell. */
export interface ProcessUse {
  readonly pid: number;
  /** Percent of one processor, since the last sample. */
  readonly cpu: Measured;
  readonly residentBytes: Measured;
  readonly virtualBytes: Measured;
  /** Processor time so far, that of its children included, in clock ticks. */
  readonly cpuTicks: Measured;
  readonly nice: Measured | 'Zombie';
  /** Epoch seconds. */
  readonly createTime: Measured;
  /** Seconds. */
  readonly age: Measured;
  readonly username: string;
  readonly cmdline: string;
}

/** Everything but `children`, and what only some of the three add. */
export function describeProcess(use: ProcessUse): JsonObject {
  const { residentBytes, virtualBytes, cpuTicks } = use;
  return {
    mem_info1: residentBytes === notAvailable ? notAvailable : printBytes(residentBytes),
    mem_info2: virtualBytes === notAvailable ? notAvailable : printBytes(virtualBytes),
    cpu: round(1, use.cpu),
    mem: residentBytes === notAvailable ? notAvailable : round(3, shareOfMemory(residentBytes)),
    ctime: cpuTicks === notAvailable ? notAvailable : printCpuTime(cpuTicks),
    pid: use.pid,
    username: use.username,
    nice: use.nice,
    create_time: round(2, use.createTime),
    age: round(2, use.age),
    cmdline: use.cmdline,
  };
}

let machineBytes: number | undefined;

function shareOfMemory(bytes: number): number {
  machineBytes ??= totalmem();
  return (bytes / machineBytes) * 100;
}

function round(decimals: number, value: Measured): Measured {
  if (value === notAvailable) return value;
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
