/** What was ordered and not yet done when a state was written down is ordered again. */
import type { Action } from './actions.ts';
import type { DaemonState } from './model.ts';
import { isOccupied } from './slots.ts';

/**
 * The actions that a resumed daemon must perform before anything else: pending spawns, readiness,
 * liveness and demand watches, the ends of remains and strays. Hook verdicts that were asked for count as given:
 * the hook has run, only its answer was lost; the caller feeds them as `verdict` events.
 */
export function resume(state: DaemonState): Action[] {
  const actions: Action[] = [];
  for (const { key, state: watcherState, slots, remains, rules } of Object.values(state.watchers)) {
    if (watcherState === 'dormant') actions.push({ type: 'watch_demand', key });
    for (const { wid, process } of slots.filter(isOccupied)) {
      const { ticket, pid, state: processState } = process;
      if (processState === 'spawning') actions.push({ type: 'spawn', key, wid, ticket });
      if (processState === 'running' && pid !== null && rules.liveness) {
        actions.push({ type: 'watch_liveness', key, wid, ticket, pid });
      }
      if (processState === 'unready' && pid !== null) {
        actions.push({ type: 'await_ready', key, wid, ticket, pid });
      }
    }
    for (const { pid, ticket, isKilled } of remains) {
      const signum = rules.stopSignal;
      if (isKilled) actions.push({ type: 'kill_remains', key, pid, ticket });
      else actions.push({ type: 'end_remains', key, pid, ticket, signum });
    }
  }
  if (state.phase === 'sweeping') actions.push({ type: 'end_strays' });
  return actions;
}

/** Every hook verdict that the state waits for: watcher and gate number. */
export function pendingGates(state: DaemonState): { key: string; gate: number }[] {
  return Object.values(state.watchers).flatMap(({ key, gate, slots }) => {
    const gates = [gate, ...slots.map(({ process }) => process?.gate ?? null)];
    return gates.filter((candidate) => candidate !== null).map((gate) => ({ key, gate }));
  });
}
