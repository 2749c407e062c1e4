/** The rules of supervision, without a socket, signal, timer or clock: state and event in, actions out. */
export type { Action, EventFacts, WaitResult } from './actions.ts';
export { backoffDelayMs } from './backoff.ts';
export { nextDeadline, rebase } from './deadlines.ts';
export type { CommandEvent, CoreEvent } from './events.ts';
export { type DaemonState, initialState, type StopOrder, type WatcherRecord } from './model.ts';
export { pendingGates, resume } from './resume.ts';
export {
  type BackoffRules,
  type Dependency,
  defaultRules,
  type HookName,
  type WatcherRules,
} from './rules.ts';
export { step } from './step.ts';
export {
  isLetGo,
  livePids,
  type Places,
  placesOf,
  readyCount,
  reloadCounts,
  statusOf,
  troubleOf,
} from './views.ts';
