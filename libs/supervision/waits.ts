/** Commands that wait: each gets one answer, when its goals are reached or cannot be any more. */
import type { WaitResult } from './actions.ts';
import type { DaemonState, Goal, GoalRecord, Wait, WatcherRecord } from './model.ts';
import { isTended } from './processes.ts';
import { isSettled } from './tending.ts';
import type { Turn } from './turn.ts';
import { livePids } from './views.ts';

/**
 * Registers a command, before it changes anything. With `about`, its result tells which pids of that
 * watcher were kept, started, stopped.
 */
export function addWait(
  turn: Turn,
  id: number,
  goals: readonly { key: string; goal: Goal }[],
  about?: WatcherRecord,
): void {
  turn.state.waits.push({
    id,
    goals: goals.map(({ key, goal }) => ({ key, goal, outcome: null })),
    before: about === undefined ? null : { key: about.key, pids: livePids(about) },
  });
}

/** A watcher has reached `stopped`, be it for a moment. */
export function noteStopped(state: DaemonState, key: string): void {
  for (const record of openGoals(state, key)) {
    const { kind } = record.goal;
    if (kind === 'stopped' || kind === 'removed') record.outcome = 'reached';
    if (kind === 'restarted') record.goal = { kind: 'started' };
  }
  noteStartInstead(state, key);
}

/** No reload is needed any more: whatever runs from now on is new. */
export function noteStartInstead(state: DaemonState, key: string): void {
  for (const record of openGoals(state, key)) {
    if (record.goal.kind === 'reloaded') record.goal = { kind: 'started' };
  }
}

/** A reload has ended: well, or with the reason of its failure. */
export function noteReload(
  state: DaemonState,
  key: string,
  generation: number,
  failure: string | null,
): void {
  for (const record of openGoals(state, key)) {
    if (record.goal.kind !== 'reloaded' || record.goal.generation > generation) continue;
    record.outcome = failure === null ? 'reached' : { failure };
  }
}

/** Answers every command that can be answered now. */
export function answerWaits(turn: Turn): void {
  const { state } = turn;
  if (state.waits.length === 0) return;
  for (const wait of state.waits) {
    for (const record of wait.goals) record.outcome ??= judge(turn, record);
  }
  const answered = state.waits.filter(isAnswerable);
  if (answered.length === 0) return;
  state.waits = state.waits.filter((wait) => !isAnswerable(wait));
  for (const wait of answered) answer(turn, wait);
}

function* openGoals(state: DaemonState, key: string): Generator<GoalRecord> {
  for (const wait of state.waits) {
    for (const record of wait.goals) {
      if (record.key === key && record.outcome === null) yield record;
    }
  }
}

function isAnswerable(wait: Wait): boolean {
  return wait.goals.every(({ outcome }) => outcome !== null);
}

function judge(turn: Turn, { key, goal }: GoalRecord): GoalRecord['outcome'] {
  const { state } = turn;
  if (goal.kind === 'ended') return state.phase === 'ended' ? 'reached' : null;
  const watcher = state.watchers[key];
  if (watcher === undefined) return judgeRemoved(goal);
  switch (goal.kind) {
    case 'started':
      return judgeStarted(state, watcher);
    case 'stopped':
      return judgeStopped(watcher);
    case 'settled':
      return !isTended(watcher) || isSettled(turn, watcher) ? 'reached' : null;
    case 'gone':
      return goal.tickets.some((ticket) => isPresent(watcher, ticket)) ? null : 'reached';
    case 'reloaded':
    case 'restarted':
    case 'removed':
      return null;
    default:
      return goal satisfies never;
  }
}

/** Whether a watcher's turn in a rollout is still to come. */
function isQueued(state: DaemonState, key: string): boolean {
  return state.rollouts.some(({ queue }) => queue.includes(key));
}

function judgeRemoved({ kind }: Goal): GoalRecord['outcome'] {
  const isBeyondReach = kind === 'started' || kind === 'restarted' || kind === 'reloaded';
  return isBeyondReach ? { failure: 'the watcher was removed' } : 'reached';
}

function judgeStarted(state: DaemonState, watcher: WatcherRecord): GoalRecord['outcome'] {
  if (watcher.state === 'active' || watcher.state === 'dormant') return 'reached';
  if (watcher.state !== 'stopped' || watcher.wanted === 'active') return null;
  if (isQueued(state, watcher.key)) return null;
  const hasNothingToDo = watcher.rules.numprocesses === 0 || watcher.outcome !== null;
  if (hasNothingToDo && watcher.trouble === null) return 'reached';
  return { failure: watcher.trouble ?? `${watcher.name} was stopped by a later command` };
}

/** A stop that waits for dependents to stop first may be overtaken meanwhile. */
function judgeStopped(watcher: WatcherRecord): GoalRecord['outcome'] {
  if (watcher.state === 'stopped') return 'reached';
  if (watcher.wanted === 'stopped' || !isTended(watcher)) return null;
  return { failure: `${watcher.name} was started by a later command` };
}

function isPresent(watcher: WatcherRecord, ticket: number): boolean {
  return (
    watcher.slots.some(({ process }) => process?.ticket === ticket) ||
    watcher.remains.some((remains) => remains.ticket === ticket)
  );
}

function answer(turn: Turn, wait: Wait): void {
  const failures = wait.goals.flatMap(({ outcome }) => {
    return outcome === null || outcome === 'reached' ? [] : [outcome.failure];
  });
  if (failures.length > 0) {
    turn.actions.push({ type: 'fail', wait: wait.id, reason: failures.join('; ') });
    return;
  }
  turn.actions.push({ type: 'finish', wait: wait.id, result: compare(turn.state, wait) });
}

function compare(state: DaemonState, { before }: Wait): WaitResult {
  if (before === null) return { started: [], stopped: [], kept: [] };
  const watcher = state.watchers[before.key];
  const after = watcher === undefined ? [] : livePids(watcher);
  return {
    started: after.filter((pid) => !before.pids.includes(pid)),
    stopped: before.pids.filter((pid) => !after.includes(pid)),
    kept: after.filter((pid) => before.pids.includes(pid)),
  };
}
