/** depends_on: who waits for whom, at the start and, in reverse, at the end. */
import type { DaemonState, WatcherRecord } from './model.ts';
import type { Dependency } from './rules.ts';

/** Whether everything that this watcher needs is there. */
export function areDependenciesMet(state: DaemonState, watcher: WatcherRecord): boolean {
  return watcher.rules.dependsOn.every((dependency) => isMet(state, dependency));
}

/**
 * Whether a watcher that needs this one still runs: at the end, dependents stop first. Those that need
 * each other, by a change while they ran, do not wait for each other.
 */
export function isNeeded(state: DaemonState, key: string): boolean {
  return Object.values(state.watchers).some((other) => {
    return other.state !== 'stopped' && needs(other, key) && !isReachable(state, key, other.key);
  });
}

function needs({ rules }: WatcherRecord, key: string): boolean {
  return rules.dependsOn.some(({ watcher }) => watcher === key);
}

/** Whether what one watcher needs, directly or not, includes the other. */
function isReachable(state: DaemonState, from: string, to: string): boolean {
  const reached = new Set([from]);
  for (const key of reached) {
    for (const { watcher } of state.watchers[key]?.rules.dependsOn ?? []) reached.add(watcher);
  }
  return reached.has(to);
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
