/** depends_on: who waits for whom, at the start and, in reverse, at the end. */
import type { DaemonState, WatcherRecord } from './model.ts';
import type { Dependency } from './rules.ts';

/** Whether everything that this watcher needs is there. */
export function areDependenciesMet(state: DaemonState, watcher: WatcherRecord): boolean {
  return watcher.rules.dependsOn.every((dependency) => isMet(state, dependency));
}

/** Whether a watcher that needs this one still runs: at the end, dependents stop first. */
export function isNeeded(state: DaemonState, key: string): boolean {
  return Object.values(state.watchers).some((other) => {
    return (
      other.key !== key &&
      other.state !== 'stopped' &&
      other.rules.dependsOn.some((dependency) => dependency.watcher === key)
    );
  });
}

function isMet(state: DaemonState, { watcher: key, condition }: Dependency): boolean {
  const needed = state.watchers[key];
  if (needed === undefined) return false;
  switch (condition) {
    case 'started':
      return needed.slots.some(({ process }) => process?.pid != null);
    case 'ready':
      return needed.state === 'active';
    case 'completed':
      return needed.state === 'stopped' && needed.outcome === 0;
    default:
      return condition satisfies never;
  }
}
