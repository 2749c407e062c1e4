/** What the kernel tells of processes, read without any code of the daemon's. */
import { readdirSync, readFileSync } from 'node:fs';

/** One line of the process table. */
export interface ProcessLine {
  readonly pid: number;
  readonly comm: string;
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly nice: number;
  readonly startTime: number;
}

/** `undefined` when there is no such process. Zombies are told, too. */
export function findProcess(pid: number): ProcessLine | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  const rest = stat.slice(close + 2).split(' ');
  return {
    pid,
    comm: stat.slice(open + 1, close),
    state: rest[0] ?? '',
    ppid: Number(rest[1]),
    pgid: Number(rest[2]),
    sid: Number(rest[3]),
    nice: Number(rest[16]),
    startTime: Number(rest[19]),
  };
}

/** Whether a process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  const line = findProcess(pid);
  return line !== undefined && line.state !== 'Z' && line.state !== 'X';
}

/** All that descend from a process and run, itself not among them. */
export function runningBelow(pid: number): ProcessLine[] {
  const children = new Map<number, ProcessLine[]>();
  for (const line of allProcesses()) {
    const siblings = children.get(line.ppid) ?? [];
    siblings.push(line);
    children.set(line.ppid, siblings);
  }
  const found = [...(children.get(pid) ?? [])];
  for (const line of found) found.push(...(children.get(line.pid) ?? []));
  return found.filter(({ state }) => state !== 'Z' && state !== 'X');
}

/** The command line, words joined with spaces. */
export function commandLine(pid: number): string {
  return (readText(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

function allProcesses(): ProcessLine[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .map(findProcess)
    .filter((line) => line !== undefined);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
