/** The end of the daemon: watchers first, dependents before what they need, then strays. */
import type { DaemonState } from './model.ts';
import type { Turn } from './turn.ts';
import { killWatcher } from './watchers.ts';

/** How long after a SIGKILL to strays that had no effect the next one follows. */
const killStraysAgainAfterMs = 1_000;

/** Begins the end. Everything that was wanted or under way is not any more. */
export function beginEnding(turn: Turn): void {
  const { state, now } = turn;
  state.phase = 'ending';
  state.rollouts = [];
  const watchers = Object.values(state.watchers);
  for (const watcher of watchers) watcher.wanted = 'stopped';
  const patience = watchers.map(({ rules }) => rules.gracefulTimeoutMs);
  state.strayDeadline = now + Math.max(0, ...patience);
  turn.actions.push({ type: 'end_strays' });
}

/** Kills what is left, at once. */
export function hastenEnding(turn: Turn): void {
  if (turn.state.phase === 'ended') return;
  for (const watcher of Object.values(turn.state.watchers)) killWatcher(turn, watcher);
  killStrays(turn);
}

/** Moves the end on: ending -> sweeping when every watcher is stopped. */
export function tendEnding(turn: Turn): void {
  const { state } = turn;
  if (state.phase !== 'ending' || !Object.values(state.watchers).every(isAtRest)) return;
  state.phase = 'sweeping';
  turn.actions.push({ type: 'end_strays' });
}

/** sweeping -> ended. The step's last action says so, after every command has its answer. */
export function finishEnding(turn: Turn): void {
  if (turn.state.phase !== 'sweeping') return;
  turn.state.phase = 'ended';
  turn.state.strayDeadline = null;
}

/** Kills strays whose time is over. Watchers that need longer keep their own deadlines. */
export function killStraysWhenDue(turn: Turn): void {
  const { phase, strayDeadline } = turn.state;
  if (phase === 'running' || strayDeadline === null || strayDeadline > turn.now) return;
  killStrays(turn);
}

function killStrays(turn: Turn): void {
  turn.state.strayDeadline = turn.now + killStraysAgainAfterMs;
  turn.actions.push({ type: 'kill_strays' });
}

function isAtRest(watcher: DaemonState['watchers'][string]): boolean {
  return watcher.state === 'stopped';
}
