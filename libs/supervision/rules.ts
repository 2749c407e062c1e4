/** What the core must know of a watcher's options. Durations in milliseconds. */

/** A point of the lifecycle where a user's hook may be asked or told (protocol 6.3). */
export type HookName =
  | 'before_start'
  | 'after_start'
  | 'before_stop'
  | 'after_stop'
  | 'before_spawn'
  | 'after_spawn'
  | 'before_signal'
  | 'after_signal'
  | 'before_reap'
  | 'after_reap';

/** What another watcher must have reached before this one starts. */
export interface Dependency {
  /** Key of the other watcher. */
  readonly watcher: string;
  readonly condition: 'started' | 'ready' | 'completed';
}

/** How the slot of a process that keeps dying is paced (design: crash loops). */
export interface BackoffRules {
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** A life shorter than this counts as a failure. */
  readonly minLifeMs: number;
  /** A life as long as this forgets all failures. */
  readonly resetMs: number;
}

/** The rules by which one watcher lives. Plain data; replaced as a whole by `set`. */
export interface WatcherRules {
  readonly numprocesses: number;
  readonly warmupDelayMs: number;
  readonly gracefulTimeoutMs: number;
  readonly stopSignal: number;
  readonly stopChildren: boolean;
  readonly sendHup: boolean;
  /** Attempts after permanent spawn errors before the watcher is stopped; -1 for ever. */
  readonly maxRetry: number;
  /** 0: never too old. */
  readonly maxAgeMs: number;
  readonly maxAgeVarianceMs: number;
  readonly respawn: boolean;
  readonly autostart: boolean;
  readonly singleton: boolean;
  readonly priority: number;
  readonly onDemand: boolean;
  /** Whether a process counts only when it has reported ready, and how long it may take. */
  readonly readiness: { readonly timeoutMs: number } | null;
  /** Whether somebody looks after a process that serves, and says when it is unhealthy. */
  readonly liveness: boolean;
  readonly dependsOn: readonly Dependency[];
  /** New processes at a time in a graceful reload; null: all at once. */
  readonly reloadSurge: number | null;
  readonly hooks: readonly HookName[];
  readonly backoff: BackoffRules;
}

/** The rules of a watcher that sets nothing (protocol 6.3). */
export const defaultRules: WatcherRules = {
  numprocesses: 1,
  warmupDelayMs: 0,
  gracefulTimeoutMs: 30_000,
  stopSignal: 15,
  stopChildren: false,
  sendHup: false,
  maxRetry: 5,
  maxAgeMs: 0,
  maxAgeVarianceMs: 30_000,
  respawn: true,
  autostart: true,
  singleton: false,
  priority: 0,
  onDemand: false,
  readiness: null,
  liveness: false,
  dependsOn: [],
  reloadSurge: null,
  hooks: [],
  backoff: { initialMs: 100, factor: 2, maxMs: 30_000, minLifeMs: 1_000, resetMs: 10_000 },
};
