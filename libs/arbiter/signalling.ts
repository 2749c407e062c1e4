/** The `signal` command: one of its six forms, to processes of a watcher (protocol 2.3). */
import { childrenOf, descendantsOf, type ProcessIdentity, sendSignal } from '#libs/native';
import { CircusError, messageOf, type SignalRequest } from '#libs/protocol';
import type { Worker } from './worker.ts';

/**
 * Sends it. A process that is gone is passed over in silence, as is a pid that is none of the
 * watcher's when only a plain signal was asked for.
 *
 * @throws CircusError `not_found` a child or the owner of one is not there; `os_error` not permitted
 */
export function signalWorkers(workers: readonly Worker[], request: SignalRequest): void {
  for (const target of targetsOf(workers, request)) {
    try {
      sendSignal(target, request.signum);
    } catch (cause) {
      const reason = messageOf(cause);
      throw new CircusError('os_error', reason, cause);
    }
  }
}

function targetsOf(workers: readonly Worker[], request: SignalRequest): ProcessIdentity[] {
  const { pid, childpid, children, recursive } = request;
  const chosen = workers.filter((worker) => pid === undefined || worker.identity.pid === pid);
  if (childpid !== undefined) return [findChild(chosen, childpid)];
  if (chosen.length === 0 && pid !== undefined && children) {
    throw new CircusError('not_found', `process ${pid} not found`);
  }
  return chosen.flatMap(({ identity }) => {
    if (children) return [...childrenOf(identity.pid)];
    // The family first: once the process is dead its descendants are nobody's.
    const family = recursive ? descendantsOf(identity.pid) : [];
    return [identity, ...family];
  });
}

function findChild(workers: readonly Worker[], childpid: number): ProcessIdentity {
  const children = workers.flatMap(({ identity }) => childrenOf(identity.pid));
  const child = children.find(({ pid }) => pid === childpid);
  if (child !== undefined) return child;
  throw new CircusError('not_found', `child ${childpid} not found`);
}
