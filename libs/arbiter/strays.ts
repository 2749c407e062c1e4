/** Processes below circusd that belong to no worker: double forks that came to the subreaper. */
import { childrenOf, descendantsOf, isAlive, type ProcessIdentity, sendSignal } from '#libs/native';

/** Children of circusd other than its workers; zombies that wait to be reaped not counted. */
export function findStrays(isOurs: (pid: number) => boolean): ProcessIdentity[] {
  return childrenOf(process.pid).filter((child) => !isOurs(child.pid) && isAlive(child));
}

/** Signals strays and all that descends from them. */
export function signalStrays(strays: readonly ProcessIdentity[], signum: number): void {
  for (const stray of strays) {
    for (const target of [stray, ...descendantsOf(stray.pid)]) {
      try {
        sendSignal(target, signum);
      } catch {
        // Not ours to signal any more; the end does not wait for it for ever.
      }
    }
  }
}
