/** Who is alive and who descends from whom. Reads /proc without waiting for anything. */
import { readdirSync, readFileSync } from 'node:fs';
import { readProcessStat, readProcFile } from '#libs/process-info';
import { errnoNumber, lastErrno, libc } from './libc.ts';

/** One process and no other: the kernel gives a pid again, a pid with its start time never. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the boot: field 22 of /proc/PID/stat. */
  readonly startTime: number;
}

/** Tells the children of a process; zombies among them. Valid for as long as nobody forks or dies. */
export type ChildLookup = (pid: number) => readonly ProcessIdentity[];

/** `undefined` when there is no such process. A zombie has an identity until it is reaped. */
export function readIdentity(pid: number): ProcessIdentity | undefined {
  const stat = readProcessStat(pid);
  return stat === undefined ? undefined : { pid, startTime: stat.startTime };
}

/** Whether this very process still runs. A zombie does not, nor does another one with its pid. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readProcessStat(identity.pid);
  if (stat === undefined || stat.startTime !== identity.startTime) return false;
  return stat.state !== 'Z' && stat.state !== 'X';
}

/** Whether the process group has a member; a zombie that nobody has reaped yet counts. */
export function isGroupAlive(pgid: number): boolean {
  // EPERM: there is somebody, who is not ours to signal.
  return libc().kill(-pgid, 0) === 0 || lastErrno() === errnoNumber('EPERM');
}

/**
 * A look-up for many questions in a row, such as the trees of a thousand processes that are to be
 * stopped at once. Where the kernel lists children (CONFIG_PROC_CHILDREN) every question reads a
 * file or two; elsewhere all processes are read here, once (about 10 µs each).
 */
export function openChildLookup(): ChildLookup {
  if (hasChildrenFile()) return listedChildren;
  const table = scanChildren();
  return (pid) => table.get(pid) ?? [];
}

/**
 * Gives a look-up for questions that come one by one but close together, as when each of a thousand
 * processes is signalled in its turn: where it costs a scan, the last one is good for a while.
 *
 * @param keptMs - how old a scan may be
 * @param open - makes a new look-up
 */
export function keepChildLookup(keptMs: number, open = openChildLookup): () => ChildLookup {
  let kept: ChildLookup | undefined;
  let until = 0;
  return () => {
    if (kept === undefined || performance.now() > until) {
      kept = open();
      until = performance.now() + keptMs;
    }
    return kept;
  };
}

/** The direct children, zombies among them; empty when the process is gone. */
export function childrenOf(pid: number, lookup = openChildLookup()): readonly ProcessIdentity[] {
  return lookup(pid);
}

/** The pids of the direct children: costs less than identities. */
export function childPidsOf(pid: number): number[] {
  if (hasChildrenFile()) return listedPids(pid);
  return openChildLookup()(pid).map((child) => child.pid);
}

/**
 * The pids of our own children, for half of that: those of the main thread. It starts all processes,
 * and Linux gives orphans to the first thread of a subreaper that is not about to end.
 */
export function ownChildPids(): number[] {
  const { pid } = process;
  if (hasChildrenFile()) return readPids(`/proc/${pid}/task/${pid}/children`);
  return childPidsOf(pid);
}

/** Children, their children and so on, parents before children; without the process itself. */
export function descendantsOf(pid: number, lookup = openChildLookup()): ProcessIdentity[] {
  const found: ProcessIdentity[] = [...lookup(pid)];
  // The list grows while it is walked. A pid given again meanwhile cannot lead in circles for long:
  // every process is met at most once.
  const met = new Set(found.map((identity) => identity.pid));
  for (const { pid: parent } of found) {
    for (const child of lookup(parent)) {
      if (met.has(child.pid)) continue;
      met.add(child.pid);
      found.push(child);
    }
  }
  return found;
}

let kernelListsChildren: boolean | undefined;

function hasChildrenFile(): boolean {
  kernelListsChildren ??= readProcFile('/proc/thread-self/children') !== undefined;
  return kernelListsChildren;
}

function listedChildren(pid: number): ProcessIdentity[] {
  return listedPids(pid)
    .map(readIdentity)
    .filter((identity) => identity !== undefined);
}

/** Children belong to the thread that forked them, so every thread is asked. */
function listedPids(pid: number): number[] {
  return numbersIn(`/proc/${pid}/task`).flatMap((tid) => {
    return readPids(`/proc/${pid}/task/${tid}/children`);
  });
}

function scanChildren(): ReadonlyMap<number, readonly ProcessIdentity[]> {
  const table = new Map<number, ProcessIdentity[]>();
  for (const pid of numbersIn('/proc')) {
    const stat = readProcessStat(pid);
    if (stat === undefined) continue;
    const identity = { pid, startTime: stat.startTime };
    const siblings = table.get(stat.ppid);
    if (siblings === undefined) table.set(stat.ppid, [identity]);
    else siblings.push(identity);
  }
  return table;
}

function readPids(path: string): number[] {
  try {
    return readFileSync(path, 'latin1').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .map(Number)
      .filter((number) => number > 0);
  } catch {
    return [];
  }
}
