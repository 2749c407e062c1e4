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

/** Remembers the descendants, signals the worker, and its direct children when asked to. */
export function stopWorker(worker: Worker, signum: number, withChildren: boolean): Signalled {
  const children = childrenOf(worker.identity.pid);
  worker.family = completeFamily(worker.family, worker.identity.pid);
  const targets = withChildren ? [worker.identity, ...children] : [worker.identity];
  return targets.filter((target) => signal(target, signum)).map(({ pid }) => pid);
}

/** SIGKILL to the worker, its group, and every descendant that is known or found. */
export function killWorker(worker: Worker): Signalled {
  const { identity } = worker;
  worker.family = completeFamily(worker.family, identity.pid);
  const killed = [identity, ...worker.family].filter((target) => signal(target, SIGKILL));
  signalGroup(identity.pid, SIGKILL);
  return killed.map(({ pid }) => pid);
}

/** Whether anything of a dead worker's tree is still there. */
export function hasRemains(worker: Worker): boolean {
  return isGroupAlive(worker.identity.pid) || worker.family.some(isAlive);
}

/** Signals what a dead worker left. */
export function signalRemains(worker: Worker, signum: number): void {
  const alive = worker.family.filter(isAlive);
  worker.family = [...alive, ...alive.flatMap(({ pid }) => descendantsOf(pid))];
  for (const target of worker.family) signal(target, signum);
  signalGroup(worker.identity.pid, signum);
}

/** Sends a signal; false when the process is gone or not ours to signal. */
function signal(target: ProcessIdentity, signum: number): boolean {
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
