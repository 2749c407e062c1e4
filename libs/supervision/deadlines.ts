/** Which moments the state waits for, and how they move to another clock. */
import type { DaemonState, WatcherRecord } from './model.ts';
import { happen, isTended, killRemains } from './processes.ts';
import { isOccupied } from './slots.ts';
import type { Turn } from './turn.ts';

/** The earliest moment at which a `tick` has something to do; null when nothing waits for time. */
export function nextDeadline(state: DaemonState): number | null {
  let next = Number.POSITIVE_INFINITY;
  const look = (moment: number | null): void => {
    if (moment !== null && moment < next) next = moment;
  };
  look(state.phase === 'running' ? null : state.strayDeadline);
  for (const rollout of state.rollouts) look(rollout.notBefore);
  for (const watcher of Object.values(state.watchers)) {
    const isFilled = isTended(watcher) && watcher.wanted === 'active';
    if (isFilled) look(watcher.spawnNotBefore);
    for (const remains of watcher.remains) look(remains.deadline);
    for (const slot of watcher.slots) {
      if (slot.process === null) look(isFilled ? slot.retryAt : null);
      else if (slot.process.state === 'running') look(slot.process.expiresAt);
      else look(slot.process.deadline);
    }
  }
  return next === Number.POSITIVE_INFINITY ? null : next;
}

/** Lets everything of a watcher happen whose time has come. */
export function fireDeadlines(turn: Turn, watcher: WatcherRecord): void {
  for (const slot of watcher.slots.filter(isOccupied)) {
    const { state, expiresAt, deadline } = slot.process;
    const moment = state === 'running' ? expiresAt : deadline;
    if (moment !== null && moment <= turn.now) happen(turn, watcher, slot, 'due', null);
  }
  for (const remains of [...watcher.remains]) {
    if (remains.deadline <= turn.now) killRemains(turn, watcher, remains.ticket);
  }
}

/**
 * Moves a state to a clock that shows `now`: what was to happen in 3 s still is, however much the
 * clocks differ. For a state that was written down and read again, by another process perhaps.
 */
export function rebase(state: DaemonState, now: number): void {
  // What JSON has made of it has a prototype again, and with it names that are no watchers.
  Object.setPrototypeOf(state.watchers, null);
  const shift = now - state.clock;
  const move = (moment: number | null): number | null => (moment === null ? null : moment + shift);
  state.clock = now;
  state.strayDeadline = move(state.strayDeadline);
  for (const rollout of state.rollouts) rollout.notBefore = move(rollout.notBefore);
  for (const watcher of Object.values(state.watchers)) {
    watcher.spawnNotBefore = move(watcher.spawnNotBefore);
    for (const remains of watcher.remains) remains.deadline += shift;
    for (const slot of watcher.slots) {
      slot.retryAt = move(slot.retryAt);
      if (slot.process === null) continue;
      slot.process.bornAt = move(slot.process.bornAt);
      slot.process.expiresAt = move(slot.process.expiresAt);
      slot.process.deadline = move(slot.process.deadline);
    }
  }
}
