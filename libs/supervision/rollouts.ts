/** Starting and reloading several watchers one after another, by priority (protocol 7.2, 7.8). */
import type { Rollout, WatcherRecord } from './model.ts';
import { isTended } from './processes.ts';
import { requestReload } from './reloads.ts';
import { isLaunched, isWarm } from './tending.ts';
import type { Turn } from './turn.ts';
import { noteStartInstead } from './waits.ts';

/** Highest priority first, then by name: the order of every action on several watchers. */
export function byPriority(a: WatcherRecord, b: WatcherRecord): number {
  return b.rules.priority - a.rules.priority || (a.key < b.key ? -1 : 1);
}

/** Queues watchers to be taken one after another. */
export function beginRollout(
  turn: Turn,
  watchers: readonly WatcherRecord[],
  kind: Rollout['kind'],
  how: Rollout['how'] = 'graceful',
): void {
  const queue = [...watchers].sort(byPriority).map(({ key }) => key);
  turn.state.rollouts.push({ kind, how, queue, current: null, notBefore: null });
}

/** A later command has other plans with this watcher; with a kind, for rollouts of that kind. */
export function leaveRollouts(turn: Turn, key: string, kind?: Rollout['kind']): void {
  for (const rollout of turn.state.rollouts) {
    if (kind !== undefined && rollout.kind !== kind) continue;
    rollout.queue = rollout.queue.filter((queued) => queued !== key);
  }
}

/** Moves every rollout on as far as it goes; the keys of watchers that were given something to do. */
export function tendRollouts(turn: Turn): string[] {
  const { state } = turn;
  const touched = state.rollouts.flatMap((rollout) => tendRollout(turn, rollout));
  state.rollouts = state.rollouts.filter(
    ({ current, queue }) => current !== null || queue.length > 0,
  );
  return touched;
}

function tendRollout(turn: Turn, rollout: Rollout): string[] {
  if (rollout.current !== null) {
    const watcher = turn.state.watchers[rollout.current];
    if (watcher !== undefined && !isPast(turn, rollout, watcher)) return [];
    rollout.current = null;
    rollout.notBefore = turn.now + turn.state.warmupDelayMs;
  }
  if (rollout.notBefore !== null && rollout.notBefore > turn.now) return [];
  rollout.notBefore = null;
  rollout.queue = rollout.queue.filter((key) => turn.state.watchers[key] !== undefined);
  const key = rollout.queue.shift();
  const next = key === undefined ? undefined : turn.state.watchers[key];
  if (next === undefined) return [];
  rollout.current = next.key;
  if (rollout.kind === 'start') next.wanted = 'active';
  else reloadOrStart(turn, next, rollout.how);
  return [next.key];
}

/** A reload of a watcher that has no processes is a start (protocol 7.8). */
export function reloadOrStart(turn: Turn, watcher: WatcherRecord, how: Rollout['how']): void {
  if (isTended(watcher)) {
    requestReload(turn, watcher, how);
    return;
  }
  watcher.wanted = 'active';
  noteStartInstead(turn.state, watcher.key);
}

/** Whether the next watcher may have its turn. One in trouble never holds up the others. */
function isPast(turn: Turn, rollout: Rollout, watcher: WatcherRecord): boolean {
  if (rollout.kind === 'reload' && (watcher.reload !== null || watcher.nextReload !== null)) {
    return false;
  }
  if (watcher.state === 'opening') return false;
  if (watcher.state !== 'starting') return true;
  const isInTrouble = watcher.slots.some((slot) => slot.trouble !== null);
  const areAllBorn = watcher.slots.every((slot) => slot.isLaunched || slot.process?.pid != null);
  const isComplete = watcher.slots.length >= watcher.rules.numprocesses;
  return (
    isInTrouble || isLaunched(turn, watcher) || (isComplete && areAllBorn && isWarm(turn, watcher))
  );
}
