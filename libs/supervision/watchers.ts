/**
 * The life of one watcher: every state meets everything that can happen to it, in one table.
 * Commands only change what is wanted; `check` compares that with what is true and moves on.
 */
import { areDependenciesMet, isNeeded } from './dependencies.ts';
import type { WatcherRecord, WatcherState } from './model.ts';
import { happen, killRemains, stopProcess } from './processes.ts';
import { abandonReload, beginNextReload, tendReload } from './reloads.ts';
import { forgiveSlot, isOccupied } from './slots.ts';
import { isLaunched, tendSlots, trimSlots } from './tending.ts';
import { askHook, type Turn, tellHook } from './turn.ts';
import { noteStopped } from './waits.ts';

/** What can happen to a watcher. */
export type WatcherHappening =
  /** Something may have changed: wishes, slots, time. */
  | 'check'
  /** Stop, then start again. */
  | 'restart'
  /** The hook that was asked has agreed, or has not. */
  | 'passed'
  | 'refused'
  /** One of its sockets has something to read. */
  | 'demand';

type Rule = (turn: Turn, watcher: WatcherRecord) => void;

const ignore: Rule = () => undefined;

const table: Readonly<Record<WatcherState, Readonly<Record<WatcherHappening, Rule>>>> = {
  stopped: {
    check: checkStopped, // stopped -> dormant | blocked | opening | starting
    restart: wantActive,
    passed: ignore,
    refused: ignore,
    demand: ignore,
  },
  dormant: {
    check: checkDormant, // dormant -> stopped | stopping; without on_demand any more: as stopped
    restart: wantActive,
    passed: ignore,
    refused: ignore,
    demand: wake, // dormant -> blocked | opening | starting
  },
  blocked: {
    check: checkBlocked, // blocked -> stopped | stopping | opening | starting
    restart: wantActive,
    passed: ignore,
    refused: ignore,
    demand: ignore,
  },
  opening: {
    check: checkOpening, // opening -> stopped | stopping
    restart: wantActive,
    passed: launch, // opening -> starting
    refused: refuseStart, // opening -> stopped | stopping
    demand: ignore,
  },
  starting: {
    check: checkStarting, // starting -> confirming | active | closing | stopping
    restart, // starting -> closing | stopping
    passed: ignore,
    refused: ignore,
    demand: ignore,
  },
  confirming: {
    check: checkConfirming, // confirming -> closing | stopping
    restart, // confirming -> closing | stopping
    passed: activate, // confirming -> active
    refused: refuseActive, // confirming -> closing | stopping
    demand: ignore,
  },
  active: {
    check: checkActive, // active -> dormant | closing | stopping
    restart, // active -> closing | stopping
    passed: ignore,
    refused: ignore,
    demand: ignore,
  },
  closing: {
    check: ignore,
    restart: wantActive,
    passed: beginStopping, // closing -> stopping
    refused: beginStopping, // closing -> stopping
    demand: ignore,
  },
  stopping: {
    check: checkStopping, // stopping -> stopped
    restart: wantActive,
    passed: ignore,
    refused: ignore,
    demand: ignore,
  },
};

/** Lets something happen to a watcher. */
export function happenToWatcher(
  turn: Turn,
  watcher: WatcherRecord,
  happening: WatcherHappening,
): void {
  // Only `add` takes back what is being removed, though it may still wait for others to stop first.
  if (watcher.isRemoved) watcher.wanted = 'stopped';
  table[watcher.state][happening](turn, watcher);
}

/** Ends everything of a watcher without asking or waiting. */
export function killWatcher(turn: Turn, watcher: WatcherRecord): void {
  watcher.wanted = 'stopped';
  watcher.gate = null;
  for (const { ticket } of watcher.remains) killRemains(turn, watcher, ticket);
  const { state } = watcher;
  if (state === 'dormant' || state === 'blocked' || state === 'opening') return;
  if (state !== 'stopped' && state !== 'stopping') beginStopping(turn, watcher);
  for (const slot of watcher.slots.filter(isOccupied)) {
    happen(turn, watcher, slot, 'kill', { reason: 'watcher' });
  }
}

/** The watcher is no more. */
export function forgetWatcher(turn: Turn, { key }: WatcherRecord): void {
  delete turn.state.watchers[key];
  turn.actions.push({ type: 'removed', key });
}

function wantActive(_turn: Turn, watcher: WatcherRecord): void {
  watcher.wanted = 'active';
}

function checkStopped(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.isRemoved) {
    forgetWatcher(turn, watcher);
    return;
  }
  if (watcher.wanted === 'stopped') return;
  watcher.trouble = null;
  watcher.outcome = null;
  const { rules, key, name } = watcher;
  if (rules.numprocesses === 0 && !rules.singleton) {
    watcher.wanted = 'stopped';
    const text = `${name} is not started: numprocesses is 0`;
    turn.actions.push({ type: 'report', key, level: 'warn', text });
  } else if (rules.onDemand) {
    watcher.state = 'dormant';
    turn.actions.push({ type: 'watch_demand', key });
  } else if (areDependenciesMet(turn.state, watcher)) open(turn, watcher);
  else watcher.state = 'blocked';
}

function checkDormant(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.wanted === 'active' && watcher.rules.onDemand) return;
  turn.actions.push({ type: 'unwatch_demand', key: watcher.key });
  rest(turn, watcher);
}

function checkBlocked(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.wanted === 'stopped') rest(turn, watcher);
  else if (areDependenciesMet(turn.state, watcher)) open(turn, watcher);
}

function checkOpening(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.wanted === 'stopped') rest(turn, watcher);
}

/** Back to `stopped` without running: no event, unless something of an earlier run is still there. */
function rest(turn: Turn, watcher: WatcherRecord): void {
  watcher.gate = null;
  watcher.slots = [];
  if (watcher.remains.length > 0) {
    watcher.state = 'stopping'; // of an earlier demand
    return;
  }
  watcher.state = 'stopped';
  noteStopped(turn.state, watcher.key);
  checkStopped(turn, watcher);
}

function wake(turn: Turn, watcher: WatcherRecord): void {
  turn.actions.push({ type: 'unwatch_demand', key: watcher.key });
  if (areDependenciesMet(turn.state, watcher)) open(turn, watcher);
  else watcher.state = 'blocked';
}

function open(turn: Turn, watcher: WatcherRecord): void {
  watcher.gate = askHook(turn, watcher, 'before_start');
  if (watcher.gate === null) launch(turn, watcher);
  else watcher.state = 'opening';
}

function launch(turn: Turn, watcher: WatcherRecord): void {
  watcher.gate = null;
  watcher.state = 'starting';
  watcher.spawnNotBefore = null;
  checkStarting(turn, watcher);
}

function refuseStart(turn: Turn, watcher: WatcherRecord): void {
  watcher.wanted = 'stopped';
  watcher.trouble = 'before_start has refused';
  if (watcher.remains.length === 0) publish(turn, watcher, 'stop');
  rest(turn, watcher);
}

function checkStarting(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.wanted === 'stopped') {
    closeWhenFree(turn, watcher);
    return;
  }
  tendSlots(turn, watcher, watcher.rules.numprocesses);
  if (!isLaunched(turn, watcher)) return;
  watcher.gate = askHook(turn, watcher, 'after_start');
  if (watcher.gate === null) activate(turn, watcher);
  else watcher.state = 'confirming';
}

function checkConfirming(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.wanted === 'stopped') closeWhenFree(turn, watcher);
  else tendSlots(turn, watcher, watcher.rules.numprocesses);
}

function refuseActive(turn: Turn, watcher: WatcherRecord): void {
  watcher.wanted = 'stopped';
  watcher.trouble = 'after_start has refused';
  close(turn, watcher);
}

function activate(turn: Turn, watcher: WatcherRecord): void {
  watcher.gate = null;
  watcher.state = 'active';
  publish(turn, watcher, 'start');
  checkActive(turn, watcher);
}

function checkActive(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.wanted === 'stopped') {
    closeWhenFree(turn, watcher);
    return;
  }
  if (hasRunToItsEnd(watcher)) {
    watcher.wanted = 'stopped';
    close(turn, watcher);
    return;
  }
  if (hasNothingToServe(watcher)) {
    sleep(turn, watcher);
    return;
  }
  do {
    beginNextReload(turn, watcher);
    if (watcher.reload !== null) tendReload(turn, watcher, watcher.reload);
  } while (watcher.reload === null && watcher.nextReload !== null);
  if (watcher.reload === null) tendSlots(turn, watcher, watcher.rules.numprocesses);
}

/** on_demand, and its processes have ended. A reload that is under way is carried out first. */
function hasNothingToServe({ rules, slots, reload, nextReload }: WatcherRecord): boolean {
  if (!rules.onDemand || reload !== null || nextReload !== null) return false;
  return slots.length > 0 && !slots.some(isOccupied);
}

/** The slots remember their failures: a socket that stays readable must not turn crashes into a loop. */
function sleep(turn: Turn, watcher: WatcherRecord): void {
  for (const slot of watcher.slots) {
    slot.isLaunched = false;
    slot.isDone = false;
  }
  watcher.state = 'dormant';
  turn.actions.push({ type: 'watch_demand', key: watcher.key });
}

/** respawn = False, and nothing of it runs any more. */
function hasRunToItsEnd({ rules, slots }: WatcherRecord): boolean {
  return !rules.respawn && slots.length > 0 && slots.every((slot) => slot.isDone);
}

function restart(turn: Turn, watcher: WatcherRecord): void {
  wantActive(turn, watcher);
  close(turn, watcher);
}

/** Stays until those that need it and are being stopped too have stopped. */
function closeWhenFree(turn: Turn, watcher: WatcherRecord): void {
  if (!isNeeded(turn.state, watcher.key)) {
    close(turn, watcher);
    return;
  }
  abandonReload(turn, watcher, `${watcher.name} was stopped during its reload`);
  trimSlots(turn, watcher, watcher.rules.numprocesses);
}

function close(turn: Turn, watcher: WatcherRecord): void {
  abandonReload(turn, watcher, `${watcher.name} was stopped during its reload`);
  watcher.gate = askHook(turn, watcher, 'before_stop');
  if (watcher.gate === null) beginStopping(turn, watcher);
  else watcher.state = 'closing';
}

function beginStopping(turn: Turn, watcher: WatcherRecord): void {
  abandonReload(turn, watcher, `${watcher.name} was stopped during its reload`);
  watcher.gate = null;
  if (!hasRunToItsEnd(watcher)) watcher.outcome = null;
  watcher.state = 'stopping';
  watcher.slots = watcher.slots.filter(isOccupied);
  for (const slot of watcher.slots.filter(isOccupied)) {
    stopProcess(turn, watcher, slot, 'watcher');
  }
  checkStopping(turn, watcher);
}

function checkStopping(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.slots.length > 0 || watcher.remains.length > 0) return;
  watcher.state = 'stopped';
  watcher.spawnNotBefore = null;
  publish(turn, watcher, 'stop');
  tellHook(turn, watcher, 'after_stop');
  noteStopped(turn.state, watcher.key);
  checkStopped(turn, watcher);
}

/** Tries again at once, whatever has failed before. */
export function forgiveWatcher(watcher: WatcherRecord): void {
  watcher.trouble = null;
  for (const slot of watcher.slots) forgiveSlot(slot);
}

function publish(turn: Turn, watcher: WatcherRecord, event: 'start' | 'stop'): void {
  turn.actions.push({ type: 'publish', key: watcher.key, event, facts: {} });
}
