/**
 * Trees of processes. A worker's descendants are looked up before it is signalled, because its death
 * cuts the links; those that outlive it are its remains and come to circusd, the subreaper.
 */
import {
  childrenOf,
  descendantsOf,
  isAlive,
  isGroupAlive,
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
export function stopWorker(worker: Worker, signum: number, withChildren: boolean): Signalled {
  const { pid } = worker.identity;
  const children = withChildren ? childrenOf(pid) : [];
  worker.family = completeFamily(worker.family, pid);
  worker.isSignalled = true;
  signal(pid, signum);
  return [pid, ...signalAll(children, signum)];
}

/** SIGKILL to the worker, its group, and every descendant that is known or found. */
export function killWorker(worker: Worker): Signalled {
  const { pid } = worker.identity;
  worker.family = completeFamily(worker.family, pid);
  worker.isSignalled = true;
  signal(pid, SIGKILL);
  const killed = signalAll(worker.family, SIGKILL);
  signalGroup(pid, SIGKILL);
  return [pid, ...killed];
}

/** Whether anything of a dead worker's tree is still there. */
export function hasRemains(worker: Worker): boolean {
  return isGroupAlive(worker.identity.pid) || worker.family.some(isAlive);
}

/** Signals what a dead worker left. */
export function signalRemains(worker: Worker, signum: number): void {
  const alive = worker.family.filter(isAlive);
  worker.family = [...alive, ...alive.flatMap(({ pid }) => descendantsOf(pid))];
  signalAll(worker.family, signum);
  signalGroup(worker.identity.pid, signum);
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

function completeFamily(known: readonly ProcessIdentity[], pid: number): ProcessIdentity[] {
  const family = new Map(known.map((member) => [member.pid, member]));
  for (const member of descendantsOf(pid)) family.set(member.pid, member);
  return [...family.values()].filter(isAlive);
}
