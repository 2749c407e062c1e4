/**
 * The state of the core. Plain data: through JSON and back it behaves the same. What was asked for
 * (`wanted`, `rules.numprocesses`) and what is true (`state`, `slots`) are separate facts. Points in
 * time are milliseconds of one monotonic clock.
 */
import type { WatcherRules } from './rules.ts';

/** Where one process is between the wish for it and its death. */
export type ProcessState =
  /** Waits for the verdict of before_spawn. */
  | 'gated'
  /** The spawn was ordered; its outcome is not known. */
  | 'spawning'
  /** Alive; waits for the verdict of after_spawn. */
  | 'confirming'
  /** Alive; has not reported ready. */
  | 'unready'
  | 'running'
  /** Was asked to end; is killed at its deadline. */
  | 'stopping'
  /** SIGKILL was sent. */
  | 'killing';

/** Where a watcher is. `dormant` waits for a socket, `blocked` for other watchers. */
export type WatcherState =
  | 'stopped'
  | 'dormant'
  | 'blocked'
  /** Waits for the verdict of before_start. */
  | 'opening'
  | 'starting'
  /** Waits for the verdict of after_start. */
  | 'confirming'
  | 'active'
  /** Waits for before_stop. */
  | 'closing'
  | 'stopping';

/** Why a process is asked to end. */
export type EndReason =
  /** Its watcher stops. */
  | 'watcher'
  /** The `kill` command; it is replaced. */
  | 'command'
  /** The count was lowered, or a graceful reload has replaced it. */
  | 'surplus'
  /** Older than max_age; it is replaced. */
  | 'expired'
  /** Its turn in a sequential reload; it is replaced. */
  | 'sequential'
  /** It did not get ready in time, or after_spawn refused it. */
  | 'unfit'
  /** It was ready and does not answer any more (liveness); it is replaced. */
  | 'unhealthy';

/** How a process is asked to end. */
export interface StopOrder {
  readonly signum: number;
  readonly timeoutMs: number;
}

/** One process of a watcher, from the order to spawn it to its death. */
export interface ProcessRecord {
  /** Unique over the daemon's life: tells an answer about this process from one about its successor. */
  readonly ticket: number;
  readonly generation: number;
  state: ProcessState;
  pid: number | null;
  bornAt: number | null;
  /** When max_age ends its life. */
  expiresAt: number | null;
  /** Readiness runs out, or SIGKILL is due. */
  deadline: number | null;
  /** Why its end was asked for; null: whatever ends it is its own doing. */
  ending: EndReason | null;
  /** Why it is not ready so far, then why it was found unfit or unhealthy; for people. */
  note: string | null;
  /** A stop that waits for the pid, or for the verdict of before_signal. */
  pendingStop: StopOrder | null;
  /** Identifies the hook verdict that it waits for. */
  gate: number | null;
  /** Its `spawn` event is out; without one no `reap` tells of it. */
  isAnnounced: boolean;
}

/** A place for one process: wids are numbers of slots, reused by the next process in it. */
export interface Slot {
  readonly wid: number;
  process: ProcessRecord | null;
  /** A vacant slot is filled no sooner. */
  retryAt: number | null;
  /** Short lives in a row. */
  failures: number;
  /** Permanent spawn errors in a row. */
  refusals: number;
  /** Has had a process that counted, since the watcher's start. */
  isLaunched: boolean;
  /** Goes away with its process. */
  isSurplus: boolean;
  /** respawn = False and its process has ended. */
  isDone: boolean;
  /** Why it is vacant, for people. */
  trouble: string | null;
}

/** Descendants that outlived the process that started them. */
export interface Remains {
  /** The pid of the dead process, which names its session and group. */
  readonly pid: number;
  readonly ticket: number;
  deadline: number;
  isKilled: boolean;
}

/** A reload that is under way: processes of an older generation are to be replaced. */
export interface ReloadRecord {
  readonly kind: 'graceful' | 'sequential';
  /** Processes of a lower one are to be replaced. */
  readonly generation: number;
  /** Why it is to be rolled back. */
  failure: string | null;
}

/** One watcher. */
export interface WatcherRecord {
  readonly key: string;
  name: string;
  rules: WatcherRules;
  wanted: 'active' | 'stopped';
  state: WatcherState;
  /** Identifies the hook verdict that `opening`, `confirming` and `closing` wait for. */
  gate: number | null;
  /** Raised by every reload. */
  generation: number;
  slots: Slot[];
  remains: Remains[];
  /** Warm-up: the next spawn waits until then. */
  spawnNotBefore: number | null;
  reload: ReloadRecord | null;
  /** A reload asked for while one was under way or the watcher was starting. */
  nextReload: ReloadRecord['kind'] | null;
  /** `rm`: goes away when stopped, unless it is added again before. */
  isRemoved: boolean;
  /** Exit code of the last process of a respawn = False watcher that has run to its end. */
  outcome: number | null;
  trouble: string | null;
}

/** Watchers that are started or reloaded one after another (protocol 7.2, 7.8). */
export interface Rollout {
  readonly kind: 'start' | 'reload';
  /** Of a reload. */
  readonly how: ReloadRecord['kind'];
  queue: string[];
  current: string | null;
  notBefore: number | null;
}

/** What must be true for a command to be finished. */
export type Goal =
  | { readonly kind: 'started' }
  | { readonly kind: 'stopped' }
  /** Becomes `started` once the watcher has been stopped. */
  | { readonly kind: 'restarted' }
  | { readonly kind: 'reloaded'; readonly generation: number }
  | { readonly kind: 'settled' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'gone'; readonly tickets: readonly number[] }
  | { readonly kind: 'ended' };

/** A command that waits for watchers to reach a goal. Each is answered once. */
export interface Wait {
  readonly id: number;
  readonly goals: GoalRecord[];
  /** For a command about one watcher: its pids before, of which the reply tells what was kept. */
  readonly before: { readonly key: string; readonly pids: readonly number[] } | null;
}

/** A goal for one watcher, and how it went: null while it is open. */
export interface GoalRecord {
  readonly key: string;
  goal: Goal;
  outcome: 'reached' | { readonly failure: string } | null;
}

/** The whole of it. */
export interface DaemonState {
  /** The time of the last event. */
  clock: number;
  phase: 'running' | 'ending' | 'sweeping' | 'ended';
  /** Daemon-wide pause between two watcher starts. */
  warmupDelayMs: number;
  lastTicket: number;
  watchers: Record<string, WatcherRecord>;
  rollouts: Rollout[];
  waits: Wait[];
  /** When strays are killed, once the daemon is ending. */
  strayDeadline: number | null;
}

/** A daemon without watchers. */
export function initialState(now: number, warmupDelayMs = 0): DaemonState {
  return {
    clock: now,
    phase: 'running',
    warmupDelayMs,
    lastTicket: 0,
    // No prototype: a watcher may be called `constructor` or `__proto__`.
    watchers: Object.create(null),
    rollouts: [],
    waits: [],
    strayDeadline: null,
  };
}
