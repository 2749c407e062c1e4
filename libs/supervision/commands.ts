/** What each command changes in what is wanted. Everything else follows from `check`. */
import { beginEnding, hastenEnding } from './ending.ts';
import type { CommandEvent } from './events.ts';
import type { Goal, WatcherRecord } from './model.ts';
import { happen, isTended } from './processes.ts';
import { abortReload, requestReload } from './reloads.ts';
import { beginRollout, byPriority, leaveRollouts, reloadOrStart } from './rollouts.ts';
import type { WatcherRules } from './rules.ts';
import { isOccupied } from './slots.ts';
import type { Turn } from './turn.ts';
import { addWait, noteStopped } from './waits.ts';
import { forgetWatcher, forgiveWatcher, happenToWatcher } from './watchers.ts';

type CommandType = CommandEvent['type'];
type CommandOf<T extends CommandType> = Extract<CommandEvent, { type: T }>;

const commands: { readonly [T in CommandType]: (turn: Turn, command: CommandOf<T>) => void } = {
  add,
  remove,
  start,
  stop,
  restart,
  reload,
  set,
  kill,
  abort,
  reset,
  quit,
};

/** Carries out a command. While the daemon is ending only stop and quit still mean something. */
export function command(turn: Turn, event: CommandEvent): void {
  const isEnding = turn.state.phase !== 'running';
  if (isEnding && event.type !== 'quit' && event.type !== 'stop') {
    turn.actions.push({ type: 'fail', wait: event.wait, reason: 'circusd is ending' });
    return;
  }
  const execute = commands[event.type] as (turn: Turn, event: CommandEvent) => void;
  execute(turn, event);
}

function add(turn: Turn, { key, name, rules, start: isStarted, wait }: CommandOf<'add'>): void {
  const present = turn.state.watchers[key];
  if (present !== undefined && !present.isRemoved) {
    turn.actions.push({ type: 'fail', wait, reason: `watcher '${name}' already exists` });
    return;
  }
  const watcher = present ?? newWatcher(key, name, rules);
  Object.assign(watcher, { name, rules, isRemoved: false, outcome: null, trouble: null });
  watcher.wanted = 'stopped';
  turn.state.watchers[key] = watcher;
  if (!hasRun(watcher)) noteStopped(turn.state, key);
  addWait(turn, wait, isStarted ? [restartGoal(watcher)] : [], watcher);
  // One that is still going away, or waits for others to stop before, stops, and then begins anew.
  if (isStarted) happenToWatcher(turn, watcher, 'restart');
}

function newWatcher(key: string, name: string, rules: WatcherRules): WatcherRecord {
  return {
    key,
    name,
    rules,
    wanted: 'stopped',
    state: 'stopped',
    gate: null,
    generation: 1,
    slots: [],
    remains: [],
    spawnNotBefore: null,
    reload: null,
    nextReload: null,
    isRemoved: false,
    outcome: null,
    trouble: null,
  };
}

function remove(turn: Turn, { key, nostop, wait }: CommandOf<'remove'>): void {
  const watcher = turn.state.watchers[key];
  leaveRollouts(turn, key);
  addWait(turn, wait, [{ key, goal: { kind: 'removed' } }]);
  if (watcher === undefined) return;
  if (!nostop) {
    watcher.wanted = 'stopped';
    watcher.isRemoved = true;
    return;
  }
  turn.actions.push({ type: 'release', key });
  forgetWatcher(turn, watcher);
}

function start(turn: Turn, { keys, isOne, wait }: CommandOf<'start'>): void {
  const chosen = choose(turn, keys).filter(({ rules }) => isOne || rules.autostart);
  addWait(turn, wait, chosen.map(startGoal), isOne ? chosen[0] : undefined);
  for (const watcher of chosen) forgiveWatcher(watcher);
  if (!isOne) beginRollout(turn, chosen, 'start');
  else for (const watcher of chosen) watcher.wanted = 'active';
}

function stop(turn: Turn, { keys, isOne, wait }: CommandOf<'stop'>): void {
  const chosen = choose(turn, keys);
  const goals = chosen.map(({ key }) => ({ key, goal: { kind: 'stopped' } as const }));
  addWait(turn, wait, goals, isOne ? chosen[0] : undefined);
  for (const watcher of chosen) {
    leaveRollouts(turn, watcher.key);
    watcher.wanted = 'stopped';
  }
}

function restart(turn: Turn, { keys, isOne, wait }: CommandOf<'restart'>): void {
  const chosen = choose(turn, keys);
  addWait(turn, wait, chosen.map(restartGoal), isOne ? chosen[0] : undefined);
  for (const watcher of chosen) {
    forgiveWatcher(watcher);
    happenToWatcher(turn, watcher, 'restart');
  }
}

function reload(turn: Turn, { keys, isOne, how, wait }: CommandOf<'reload'>): void {
  const chosen = choose(turn, keys);
  addWait(turn, wait, chosen.map(reloadGoal), isOne ? chosen[0] : undefined);
  if (!isOne) beginRollout(turn, chosen, 'reload', how);
  else for (const watcher of chosen) reloadOrStart(turn, watcher, how);
}

function set(turn: Turn, command: CommandOf<'set'>): void {
  const { key, rules, needsReload, wait } = command;
  const watcher = turn.state.watchers[key];
  const isReload = needsReload && watcher !== undefined && isTended(watcher);
  addWait(turn, wait, [isReload ? reloadGoal(watcher) : { key, goal: { kind: 'settled' } }]);
  if (watcher === undefined) return;
  watcher.rules = rules;
  forgiveWatcher(watcher);
  if (isReload) requestReload(turn, watcher, 'graceful');
}

function kill(turn: Turn, { key, pids, order, wait }: CommandOf<'kill'>): void {
  const slots = (turn.state.watchers[key]?.slots ?? [])
    .filter(isOccupied)
    .filter(({ process }) => process.pid !== null && pids.includes(process.pid));
  const tickets = slots.map(({ process }) => process.ticket);
  addWait(turn, wait, [{ key, goal: { kind: 'gone', tickets } }]);
  const watcher = turn.state.watchers[key];
  if (watcher === undefined) return;
  for (const slot of slots) happen(turn, watcher, slot, 'stop', { order, reason: 'command' });
}

/** Done when the new processes are gone again. */
function abort(turn: Turn, { keys, wait }: CommandOf<'abort'>): void {
  const chosen = choose(turn, keys);
  const reloading = chosen.filter(
    ({ reload, nextReload }) => reload !== null || nextReload !== null,
  );
  const goals = reloading.map(({ key }) => ({ key, goal: { kind: 'settled' } as const }));
  addWait(turn, wait, goals);
  for (const watcher of chosen) {
    leaveRollouts(turn, watcher.key, 'reload');
    abortReload(turn, watcher);
  }
}

function reset(turn: Turn, { key, wait }: CommandOf<'reset'>): void {
  addWait(turn, wait, []);
  const watcher = turn.state.watchers[key];
  if (watcher !== undefined) forgiveWatcher(watcher);
}

function quit(turn: Turn, { atOnce, wait }: CommandOf<'quit'>): void {
  addWait(turn, wait, [{ key: '', goal: { kind: 'ended' } }]);
  const isSecond = turn.state.phase !== 'running';
  if (!isSecond) beginEnding(turn);
  if (isSecond || atOnce) hastenEnding(turn);
}

function choose(turn: Turn, keys: readonly string[]): WatcherRecord[] {
  return keys.flatMap((key) => turn.state.watchers[key] ?? []).sort(byPriority);
}

function startGoal({ key }: WatcherRecord): { key: string; goal: Goal } {
  return { key, goal: { kind: 'started' } };
}

/** What has not run has nothing to stop before. */
function restartGoal(watcher: WatcherRecord): { key: string; goal: Goal } {
  if (!hasRun(watcher)) return startGoal(watcher);
  return { key: watcher.key, goal: { kind: 'restarted' } };
}

/** Reached by the next reload, be it a running one's successor. */
function reloadGoal(watcher: WatcherRecord): { key: string; goal: Goal } {
  const { key, generation } = watcher;
  if (!isTended(watcher)) return startGoal(watcher);
  return { key, goal: { kind: 'reloaded', generation: generation + 1 } };
}

/** Whether it has processes that a restart must end first. */
function hasRun({ state }: WatcherRecord): boolean {
  return state !== 'stopped' && state !== 'dormant' && state !== 'blocked' && state !== 'opening';
}
