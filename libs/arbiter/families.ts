/**
 * Trees of processes. A worker's descendants are looked up before it is signalled, because its death
 * cuts the links; those that outlive it are its remains and come to circusd, the subreaper.
 */
import {
  type ChildLookup,
  childrenOf,
  descendantsOf,
  isAlive,
  type ProcessIdentity,
  sendSignal,
  signalGroup,
} from '#libs/native';
import type { Worker } from './worker.ts';

const SIGKILL = 9;

/** Who else was signalled: each gets a `kill` event. Pids. */
export type Signalled = readonly number[];

/**
 * Remembers the descendants, signals the worker, and its direct children when asked to. A worker that
 * has just died by itself counts as signalled: nothing else may tell that it is gone.
 */
export function stopWorker(
  worker: Worker,
  { signum, withChildren }: { signum: number; withChildren: boolean },
  lookup: ChildLookup,
): Signalled {
  const { pid } = worker.identity;
  const children = withChildren ? childrenOf(pid, lookup) : [];
  worker.family = completeFamily(worker, lookup);
  worker.isSignalled = true;
  signal(pid, signum);
  return [pid, ...signalAll(children, signum)];
}

/** SIGKILL to the worker, its group, and every descendant that is known or found. */
export function killWorker(worker: Worker, lookup: ChildLookup): Signalled {
  const { pid } = worker.identity;
  worker.family = completeFamily(worker, lookup);
  worker.isSignalled = true;
  signal(pid, SIGKILL);
  const killed = signalAll(worker.family, SIGKILL);
  signalGroup(pid, SIGKILL);
  return [pid, ...killed];
}

/** Signals what a dead worker left. */
export function signalRemains(worker: Worker, signum: number, lookup: ChildLookup): void {
  const alive = worker.family.filter(isAlive);
  const found = alive.flatMap(({ pid }) => descendantsOf(pid, lookup));
  worker.family = unite(alive, found);
  signalAll(worker.family, signum);
  signalGroup(worker.identity.pid, signum);
}

/** Signals these and all that descends from them. */
export function signalTrees(
  roots: readonly ProcessIdentity[],
  signum: number,
  lookup: ChildLookup,
): void {
  const found = roots.flatMap(({ pid }) => descendantsOf(pid, lookup));
  signalAll(unite(roots, found), signum);
}

/** Pids of those that were there and ours to signal. */
function signalAll(targets: readonly ProcessIdentity[], signum: number): number[] {
  return targets.filter((target) => signal(target, signum)).map(({ pid }) => pid);
}

/**
 * Sends a signal; false when the process is gone or not ours to signal. A worker is named by its pid
 * alone: until it is reaped, and with that no worker any more, no other process can have it.
 */
function signal(target: ProcessIdentity | number, signum: number): boolean {
  try {
    return sendSignal(target, signum) === 'sent';
  } catch {
    // A descendant may have changed its user. There is nothing more that we can do to it.
    return false;
  }
}

function completeFamily({ family, identity }: Worker, lookup: ChildLookup): ProcessIdentity[] {
  return unite(family, descendantsOf(identity.pid, lookup)).filter(isAlive);
}

/** All of both, each once. A pid that is in both was given again: the later one is meant. */
export function unite(
  known: readonly ProcessIdentity[],
  found: readonly ProcessIdentity[],
): ProcessIdentity[] {
  return [...new Map([...known, ...found].map((member) => [member.pid, member])).values()];
}
