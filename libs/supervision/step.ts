/** The core's one step: an event comes in, the state moves on, actions come out. */
import type { Action } from './actions.ts';
import { command } from './commands.ts';
import { fireDeadlines } from './deadlines.ts';
import { finishEnding, killStraysWhenDue, tendEnding } from './ending.ts';
import type { CoreEvent } from './events.ts';
import type { DaemonState, WatcherRecord } from './model.ts';
import { happen, isTended } from './processes.ts';
import { byPriority, tendRollouts } from './rollouts.ts';
import { findSlot, isOccupied } from './slots.ts';
import { beginTurn, type Turn } from './turn.ts';
import { answerWaits } from './waits.ts';
import { happenToWatcher } from './watchers.ts';

/**
 * Moves the state on by one event. The state is changed in place, and by nothing else: with
 * thousands of processes a copy a step would be most of the work. Same state and event, same
 * actions, always.
 *
 * An event about a process, hook or watcher that is gone is ignored: answers may come late.
 */
export function step(state: DaemonState, event: CoreEvent): Action[] {
  const turn = beginTurn(state, event);
  const hasEnded = state.phase === 'ended';
  const touched = apply(turn, event);
  settle(turn, touched);
  if (state.phase === 'ended' && !hasEnded) turn.actions.push({ type: 'end' });
  return turn.actions;
}

/** The event's own effect; the keys of the watchers that it may have moved. */
function apply(turn: Turn, event: CoreEvent): readonly string[] {
  const { watchers } = turn.state;
  switch (event.type) {
    case 'tick':
      for (const watcher of Object.values(watchers)) fireDeadlines(turn, watcher);
      killStraysWhenDue(turn);
      return Object.keys(watchers);
    case 'strays_gone':
      finishEnding(turn);
      return [];
    case 'pace':
      turn.state.warmupDelayMs = event.warmupDelayMs;
      return [];
    case 'spawned':
    case 'spawn_failed':
    case 'ready':
    case 'not_ready':
    case 'unhealthy':
    case 'exited':
    case 'verdict':
    case 'remains_gone':
    case 'demand': {
      const watcher = watchers[event.key];
      if (watcher === undefined) return [];
      const before = watcher.state;
      applyToWatcher(turn, watcher, event);
      const isNews = event.type === 'spawned' || event.type === 'ready' || watcher.state !== before;
      return isNews ? [event.key, ...dependentOnOthers(turn.state)] : [event.key];
    }
    case 'quit':
      command(turn, event);
      return lowestFirst(turn.state, Object.keys(watchers));
    case 'stop':
      command(turn, event);
      return [...lowestFirst(turn.state, event.keys), ...dependentOnOthers(turn.state)];
    case 'start':
    case 'restart':
    case 'reload':
    case 'abort':
      command(turn, event);
      return [...event.keys, ...dependentOnOthers(turn.state)];
    case 'add':
    case 'remove':
    case 'set':
    case 'kill':
    case 'reset':
      command(turn, event);
      return [event.key, ...dependentOnOthers(turn.state)];
    default:
      return event satisfies never;
  }
}

/** The order in which watchers are stopped (protocol 2.3). */
function lowestFirst({ watchers }: DaemonState, keys: readonly string[]): string[] {
  const chosen = keys.flatMap((key) => watchers[key] ?? []);
  return chosen
    .sort(byPriority)
    .reverse()
    .map(({ key }) => key);
}

type WatcherEvent = Extract<
  CoreEvent,
  {
    type:
      | 'spawned'
      | 'spawn_failed'
      | 'ready'
      | 'not_ready'
      | 'unhealthy'
      | 'exited'
      | 'verdict'
      | 'remains_gone'
      | 'demand';
  }
>;

function applyToWatcher(turn: Turn, watcher: WatcherRecord, event: WatcherEvent): void {
  if (event.type === 'demand') happenToWatcher(turn, watcher, 'demand');
  else if (event.type === 'verdict') applyVerdict(turn, watcher, event.gate, event.isPassed);
  else if (event.type === 'remains_gone') {
    watcher.remains = watcher.remains.filter(({ ticket }) => ticket !== event.ticket);
  } else {
    const slot = findSlot(watcher, event.wid, event.ticket);
    if (slot === undefined) return;
    if (event.type === 'spawned') happen(turn, watcher, slot, 'spawned', event);
    else if (event.type === 'spawn_failed') happen(turn, watcher, slot, 'failed', event);
    else if (event.type === 'exited') happen(turn, watcher, slot, 'exited', event);
    else if (event.type === 'not_ready') happen(turn, watcher, slot, 'delayed', event);
    else if (event.type === 'unhealthy') happen(turn, watcher, slot, 'unhealthy', event);
    else happen(turn, watcher, slot, 'ready', null);
  }
}

function applyVerdict(turn: Turn, watcher: WatcherRecord, gate: number, isPassed: boolean): void {
  const verdict = isPassed ? 'passed' : 'refused';
  if (watcher.gate === gate) {
    happenToWatcher(turn, watcher, verdict);
    return;
  }
  const slot = watcher.slots.filter(isOccupied).find(({ process }) => process.gate === gate);
  if (slot !== undefined) happen(turn, watcher, slot, verdict, null);
}

/** Lets every watcher that may have reason to move on do so, until none has. */
function settle(turn: Turn, touched: readonly string[]): void {
  const { state } = turn;
  let keys = new Set(touched);
  do {
    const next = new Set<string>();
    for (const key of keys) {
      for (const affected of check(turn, key)) next.add(affected);
    }
    const resumed = tendRollouts(turn);
    if (resumed.length > 0) for (const key of dependentOnOthers(state)) next.add(key);
    for (const key of resumed) next.add(key);
    keys = next;
  } while (keys.size > 0);
  if (state.phase === 'ending') tendEnding(turn);
  answerWaits(turn);
}

/** Checks one watcher; the keys of those that may be affected by what it did. */
function check(turn: Turn, key: string): string[] {
  const { state } = turn;
  const watcher = state.watchers[key];
  if (watcher === undefined) return dependentOnOthers(state);
  const before = watcher.state;
  happenToWatcher(turn, watcher, 'check');
  return watcher.state === before ? [] : dependentOnOthers(state);
}

/** Watchers that wait for others: to start, or to stop. */
function dependentOnOthers(state: DaemonState): string[] {
  return Object.values(state.watchers)
    .filter((watcher) => {
      return watcher.state === 'blocked' || (watcher.wanted === 'stopped' && isTended(watcher));
    })
    .map(({ key }) => key);
}
