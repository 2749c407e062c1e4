/** What /proc tells of processes, independently of what circusd says. */
import { readdirSync, readFileSync } from 'node:fs';

/** One process as its entry shows it. */
export interface ProcessEntry {
  readonly pid: number;
  /** `R`, `S`, `Z`...: proc(5). */
  readonly state: string;
  readonly ppid: number;
  readonly startTime: number;
}

/** `undefined` when there is none (any more). */
export function readEntry(pid: number): ProcessEntry | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', ppid] = fields;
  return { pid, state, ppid: Number(ppid), startTime: Number(fields[19]) };
}

/** Whether it runs: a zombie does not. */
export function isRunning(pid: number): boolean {
  const entry = readEntry(pid);
  return entry !== undefined && entry.state !== 'Z' && entry.state !== 'X';
}

/** Every process of the machine. */
export function listEntries(): ProcessEntry[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .map(readEntry)
    .filter((entry) => entry !== undefined);
}

/** Its variables; none when it is gone, a zombie or somebody else's. */
export function readEnvironment(pid: number): ReadonlyMap<string, string> {
  const lines = (read(`/proc/${pid}/environ`) ?? '').split('\0').filter(Boolean);
  return new Map(lines.map((line) => [before(line, '='), line.slice(line.indexOf('=') + 1)]));
}

/** Its arguments; none when it is gone or a zombie. */
export function readArguments(pid: number): string[] {
  return (read(`/proc/${pid}/cmdline`) ?? '').split('\0').slice(0, -1);
}

/** Processor time of all its threads up to now, in milliseconds, to the nanosecond of the scheduler. */
export function readCpuMs(pid: number): number {
  const perThread = readdirSync(`/proc/${pid}/task`).map((tid) => {
    return Number(before(read(`/proc/${pid}/task/${tid}/schedstat`) ?? '0', ' '));
  });
  return perThread.reduce((sum, part) => sum + part, 0) / 1e6;
}

/** The same as the kernel accounts for it, utime + stime, in clock ticks of 10 ms. */
export function readCpuTicks(pid: number): number {
  const text = read(`/proc/${pid}/stat`) ?? '';
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Memory that is its own and no file's, in MB. */
export function readPrivateMb(pid: number): number {
  const [, kB] = /^Pss_Anon:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '') ?? [];
  return Number(kB) / 1024;
}

/** How many descriptors it has open. */
export function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function before(text: string, mark: string): string {
  return text.split(mark, 1)[0] ?? '';
}
