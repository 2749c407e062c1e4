/** depends_on: who waits for whom, at the start and, in reverse, when they are stopped together. */
import type { DaemonState, Slot, WatcherRecord } from './model.ts';
import type { Dependency } from './rules.ts';

/** Whether everything that this watcher needs is there. */
export function areDependenciesMet(state: DaemonState, watcher: WatcherRecord): boolean {
  return watcher.rules.dependsOn.every((dependency) => isMet(state, dependency));
}

/** What a watcher needs and is not there, for people. */
export function describeMissing(state: DaemonState, watcher: WatcherRecord): string[] {
  return watcher.rules.dependsOn
    .filter((dependency) => !isMet(state, dependency))
    .map((dependency) => {
      const cause = whyNot(state.watchers[dependency.watcher], dependency.condition);
      return `${dependency.watcher}: ${dependency.condition} (${cause})`;
    });
}

/**
 * Whether a watcher that needs this one is being stopped and still runs: of those that are stopped
 * together, dependents stop first. One that is to go on does not hold up anybody's stop. Those that
 * need each other, by a change while they ran, do not wait for each other.
 */
export function isNeeded(state: DaemonState, key: string): boolean {
  return Object.values(state.watchers).some((other) => {
    if (other.wanted !== 'stopped' || other.state === 'stopped') return false;
    return needs(other, key) && !isReachable(state, key, other.key);
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
      // One that runs once has been started even if it has ended since; on demand, its socket is there.
      return isDormant(needed) || needed.outcome !== null || needed.slots.some(isAlive);
    case 'ready':
      return isDormant(needed) || needed.outcome === 0 || serves(needed);
    case 'completed':
      return needed.state === 'stopped' && needed.outcome === 0;
    default:
      return condition satisfies never;
  }
}

function isDormant({ state }: WatcherRecord): boolean {
  return state === 'dormant';
}

function isAlive({ process }: Slot): boolean {
  return process?.pid != null;
}

/** It has started, and of its processes one at least serves at this moment. */
function serves({ state, slots }: WatcherRecord): boolean {
  if (state !== 'active') return false;
  return slots.length === 0 || slots.some(({ process }) => process?.state === 'running');
}

function whyNot(needed: WatcherRecord | undefined, condition: Dependency['condition']): string {
  if (needed === undefined) return 'there is no such watcher';
  if (needed.state === 'stopped') {
    const { outcome } = needed;
    if (outcome !== null) return `it has ended with exit code ${outcome}`;
    return needed.trouble === null ? 'it is stopped' : `it is stopped: ${needed.trouble}`;
  }
  if (needed.state === 'blocked') return 'it waits itself';
  if (needed.state === 'active' && condition === 'completed') return 'it runs';
  if (needed.state === 'active') return 'no process of it serves';
  return `it is ${needed.state}`;
}
