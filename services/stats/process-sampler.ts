/**
 * What processes use, pass by pass. Processor time and memory are pidusage's, every time; what else a
 * description holds is read from /proc when a process is new and then every tenth pass, a tenth of
 * all processes at a time.
 */
import pidusage from 'pidusage';
import {
  commandOf,
  describeProcess,
  notAvailable,
  ownerOf,
  type ProcessDetails,
  ProcessMeter,
  type ProcessUse,
  processTimes,
  readProcessDetails,
  readProcessStat,
  ticksPerSecond,
} from '#libs/process-info';
import type { Json, JsonObject } from '#libs/protocol';

/** What is not looked at in every pass. */
interface Facts {
  readonly startTime: number;
  readonly username: string;
  readonly cmdline: string;
  readonly nice: ProcessUse['nice'];
  readonly virtualBytes: number;
  readonly childTicks: number;
  readonly details: ProcessDetails;
}

interface Known {
  /** The pass that it was in last. */
  readonly pass: number;
  readonly facts: Facts | undefined;
}

/** A description, and the figures in it that groups are made of. */
export interface Sample {
  /** Made for this pass, and its receiver's to complete. */
  readonly description: JsonObject;
  readonly cpu: number | typeof notAvailable;
  readonly mem: number | typeof notAvailable;
  readonly age: number | typeof notAvailable;
}

/** Facts of a process are read anew after so many passes. */
const rotation = 10;

/** pidusage's word for one process: percent, bytes, milliseconds. */
type Usage = Pick<pidusage.Status, 'cpu' | 'memory' | 'ctime'>;

/** Samples processes; remembers each as long as it is asked for in every pass. */
export class ProcessSampler {
  readonly #known = new Map<number, Known>();
  /** For those that pidusage does not know. */
  readonly #meter = new ProcessMeter();
  #pass = 0;

  /** Processes that are not in the result are gone. */
  async sample(pids: readonly number[]): Promise<Map<number, Sample>> {
    this.#pass += 1;
    const usages = await measure(pids);
    const samples = new Map<number, Sample>();
    for (const pid of pids) {
      const sample = this.#sampleOne(pid, usages[pid]);
      if (sample !== undefined) samples.set(pid, sample);
    }
    for (const [pid, { pass }] of this.#known) if (pass < this.#pass) this.#known.delete(pid);
    return samples;
  }

  #sampleOne(pid: number, usage: Usage | undefined): Sample | undefined {
    const known = this.#known.get(pid);
    const isNew = known === undefined;
    const isDue = isNew || pid % rotation === this.#pass % rotation;
    // A zombie has no memory; a process that pidusage cannot tell of has ended, or is hidden.
    const facts = isDue || usage === undefined || usage.memory === 0 ? readFacts(pid) : known.facts;
    const isReused = known?.facts?.startTime !== facts?.startTime;
    if (facts === undefined && !exists(pid)) return undefined;
    this.#known.set(pid, { pass: this.#pass, facts });
    if (usage === undefined) return this.#measureAlone(pid, facts);
    return toSample(describe(pid, usage, facts, isNew || isReused), facts);
  }

  /**
   * pidusage keeps the file of a process open, and when that has ended and another has its pid, it
   * finds the old one dead for as long as it is asked. What is hidden from us both is told as such.
   */
  #measureAlone(pid: number, facts: Facts | undefined): Sample {
    const measured = facts === undefined ? undefined : this.#meter.describe(pid);
    return toSample(measured ?? describe(pid, undefined, facts, false), facts);
  }
}

/** pidusage fails as a whole when there is nobody to tell of. */
async function measure(pids: readonly number[]): Promise<Record<string, Usage | undefined>> {
  if (pids.length === 0) return {};
  try {
    return await pidusage([...pids]);
  } catch {
    return {};
  }
}

function readFacts(pid: number): Facts | undefined {
  const stat = readProcessStat(pid);
  if (stat === undefined) return undefined;
  const { startTime, virtualBytes, childTicks } = stat;
  const nice = stat.state === 'Z' ? 'Zombie' : stat.nice;
  return {
    startTime,
    nice,
    virtualBytes,
    childTicks,
    username: ownerOf(pid),
    cmdline: commandOf(pid),
    details: readProcessDetails(pid),
  };
}

/** Whether there is such a process, although /proc does not show it. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function describe(
  pid: number,
  usage: Usage | undefined,
  facts: Facts | undefined,
  isFirst: boolean,
): JsonObject {
  const times = facts === undefined ? unknownTimes : processTimes(facts.startTime);
  // The first value is the average since the process was created.
  const cpu = isFirst ? 0 : usage?.cpu;
  return describeProcess({
    pid,
    cpu: cpu ?? notAvailable,
    residentBytes: usage?.memory ?? notAvailable,
    virtualBytes: facts?.virtualBytes ?? notAvailable,
    cpuTicks: cpuTicks(usage, facts),
    nice: facts?.nice ?? notAvailable,
    ...times,
    username: facts?.username ?? notAvailable,
    cmdline: facts?.cmdline ?? notAvailable,
  });
}

const unknownTimes = { createTime: notAvailable, age: notAvailable } as const;

function toSample(description: JsonObject, facts: Facts | undefined): Sample {
  const { cpu, mem, age } = description;
  return {
    description: Object.assign(description, { children: [] }, facts?.details),
    cpu: asFigure(cpu),
    mem: asFigure(mem),
    age: asFigure(age),
  };
}

function asFigure(value: Json | undefined): Sample['cpu'] {
  return typeof value === 'number' ? value : notAvailable;
}

function cpuTicks(usage: Usage | undefined, facts: Facts | undefined): ProcessUse['cpuTicks'] {
  if (usage === undefined || facts === undefined) return notAvailable;
  return (usage.ctime * ticksPerSecond) / 1_000 + facts.childTicks;
}
