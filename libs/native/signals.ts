/** Sending signals. That nobody is there any more is an answer, not an error. */
import { errnoNumber, lastErrno, libc, SystemError } from './libc.ts';
import { isAlive, type ProcessIdentity } from './process-tree.ts';

/** `gone`: there was nobody to signal, because it has ended or its pid is somebody else's now. */
export type SignalOutcome = 'sent' | 'gone';

/**
 * Signals one process. With an identity it cannot hit another process that was given the same pid;
 * a bare number is for pids that cannot be given again: own children that are not reaped yet.
 *
 * @param signum 0 only asks whether it could be signalled
 * @throws SystemError EPERM: the process is not ours to signal; EINVAL: no such signal
 */
export function sendSignal(target: ProcessIdentity | number, signum: number): SignalOutcome {
  if (typeof target === 'number') return signalPid(requirePositive(target), signum);
  return isAlive(target) ? signalPid(requirePositive(target.pid), signum) : 'gone';
}

/**
 * Signals every member of a process group.
 *
 * @throws SystemError EPERM: no member is ours to signal; EINVAL: no such signal
 */
export function signalGroup(pgid: number, signum: number): SignalOutcome {
  return signalPid(-requirePositive(pgid), signum);
}

/** To kill(2), 0 is our own group, -1 is everybody, and so -1 as a group is init. */
function requirePositive(id: number): number {
  if (!Number.isInteger(id) || id <= 1) throw new RangeError(`refused to signal the process ${id}`);
  return id;
}

function signalPid(pid: number, signum: number): SignalOutcome {
  if (libc().kill(pid, signum) === 0) return 'sent';
  const errno = lastErrno();
  if (errno === errnoNumber('ESRCH')) return 'gone';
  throw new SystemError(`cannot send signal ${signum} to ${pid}`, errno);
}
