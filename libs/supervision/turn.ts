/** One step of the core: what the rules read, and where they write. */
import type { Action } from './actions.ts';
import type { CoreEvent } from './events.ts';
import type { DaemonState, WatcherRecord } from './model.ts';
import type { HookName } from './rules.ts';

/** Passed to every rule. `state` is changed in place, `actions` only grows. */
export interface Turn {
  readonly state: DaemonState;
  readonly now: number;
  readonly actions: Action[];
}

/** Begins a step. Time never runs backwards, whatever the event says. */
export function beginTurn(state: DaemonState, event: CoreEvent): Turn {
  state.clock = Math.max(state.clock, event.now);
  return { state, now: state.clock, actions: [] };
}

/** A number that was never used before in this daemon. */
export function drawTicket(turn: Turn): number {
  turn.state.lastTicket += 1;
  return turn.state.lastTicket;
}

/** Tells a hook, when the watcher has one, without waiting for what it says. */
export function tellHook(
  turn: Turn,
  watcher: WatcherRecord,
  hook: HookName,
  facts: Readonly<Record<string, number | null>> = {},
): void {
  if (!watcher.rules.hooks.includes(hook)) return;
  turn.actions.push({ type: 'hook', key: watcher.key, hook, gate: null, facts });
}

/** Asks a hook; the number of the verdict to wait for, or null when there is no such hook. */
export function askHook(
  turn: Turn,
  watcher: WatcherRecord,
  hook: HookName,
  facts: Readonly<Record<string, number | null>> = {},
): number | null {
  if (!watcher.rules.hooks.includes(hook)) return null;
  const gate = drawTicket(turn);
  turn.actions.push({ type: 'hook', key: watcher.key, hook, gate, facts });
  return gate;
}
