/**
 * What a command may ask of the daemon. circusd's arbiter implements it; tests of commands script
 * it; no command sees anything else of the daemon.
 */
import type { ReplyBody } from './envelope.ts';
import type { PublishedEvent } from './events.ts';
import type { Json, JsonObject } from './json.ts';
import type { LogReply, LogRequest } from './logs.ts';

/** A watcher's state as `status` tells it. */
export type WatcherStatus = 'stopped' | 'starting' | 'active' | 'stopping';

/** A watcher as commands see it, true at the moment of the call. */
export interface WatcherView {
  /** The name as configured. */
  readonly name: string;
  /** The lower-cased name: what `list` and `status` print and what is looked up. */
  readonly key: string;
  readonly status: WatcherStatus;
  /** Pids of the processes that are alive, oldest first. */
  readonly pids: readonly number[];
  /** Processes known, those that are dying included. */
  readonly processCount: number;
  /** The wanted number of processes. */
  readonly numprocesses: number;
  /** Processes that have said that they are ready; null without `readiness`. */
  readonly readyCount: number | null;
  /** While it is reloaded: new processes that serve, and old ones that are left; else null. */
  readonly reload: { readonly fresh: number; readonly old: number } | null;
  /** What processes say of themselves (STATUS= to NOTIFY_SOCKET), by pid. */
  readonly messages: Readonly<Record<string, string>>;
  readonly singleton: boolean;
  /** Every option as `options` shows it, free-form ones included, keys sorted. */
  readonly options: JsonObject;
  /** Where options were set: `file:line` or `runtime`; an option that is absent has its default. */
  readonly origins: Readonly<Record<string, string>>;
  /** Why it is not as wanted (a failed spawn, a back-off, a dependency), for people. */
  readonly trouble: string | null;
  /** Bytes of output that were dropped since circusd started; absent: none. */
  readonly droppedBytes?: number;
}

/** A live process of a watcher: what `stats` adds to its description. */
export interface ProcessView {
  readonly pid: number;
  readonly wid: number;
  /** Epoch seconds of the spawn. */
  readonly started: number;
  /** Seconds since then. */
  readonly age: number;
  /** The process description (protocol 2.6); null when it has just vanished. */
  readonly info: JsonObject | null;
  /** Descriptions of its direct children. */
  readonly children: readonly JsonObject[];
}

/** The options of the daemon itself, as `globaloptions` shows them, in its order. */
export interface GlobalOptions {
  readonly endpoint: string;
  readonly stats_endpoint: string | null;
  readonly pubsub_endpoint: string;
  readonly check_delay: number;
  readonly multicast_endpoint: string | null;
}

/**
 * Work that has been accepted. `reply` is known at once; `done` settles when the work is finished
 * and gives the keys that only a waiting client gets, or rejects with a `CircusError`.
 */
export interface Operation {
  readonly reply: ReplyBody;
  readonly done: Promise<ReplyBody>;
  /** By this the next program of an upgrade waits for `done`: what `awaitAgain` takes. */
  readonly parked?: JsonObject;
}

/** Which program is to take the place of the one that runs. */
export interface UpgradeRequest {
  /** Its path; default: the one that runs, which may have been replaced on disk. */
  readonly program?: string;
  /** Seconds that it may take to say whether it can go on from here. */
  readonly patience: number;
}

/** Which watchers an action is for: the unnamed form, one, or several that a pattern matched. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'one'; readonly key: string }
  | { readonly kind: 'several'; readonly keys: readonly string[] };

/** What `signal` sends to which processes of a watcher (protocol 2.3 "signal"). */
export interface SignalRequest {
  readonly signum: number;
  /** One process of the watcher; all live ones when absent. */
  readonly pid?: number;
  /** Only this child; with no `pid` its owner is found. */
  readonly childpid?: number;
  /** The direct children instead of the process. */
  readonly children: boolean;
  /** The process, then all its descendants. */
  readonly recursive: boolean;
}

/** What `kill` does to which processes of a watcher. */
export interface KillRequest {
  readonly pid?: number;
  /** Default: the watcher's stop_signal. */
  readonly signum?: number;
  /** Seconds; default: the watcher's graceful_timeout. */
  readonly gracefulTimeout?: number;
}

/** A watcher to be created by `add`. Its name is free; the daemon checks the options. */
export interface AddRequest {
  readonly name: string;
  readonly cmd: string;
  readonly args: string | readonly string[];
  readonly options: JsonObject;
  readonly start: boolean;
}

/** What `events` replays: those after `since`, oldest first, and how far back the ring reaches. */
export interface EventReplay {
  readonly events: readonly PublishedEvent[];
  /** The lowest seq still held; 0 when nothing was published yet. */
  readonly oldest: number;
  /** The highest seq so far. */
  readonly newest: number;
}

/** A managed socket as `listsockets` tells it. */
export type SocketView = {
  /** The number at which every process that inherits sockets finds it. */
  readonly fd: number;
  /** In lower case. */
  readonly name: string;
  readonly backlog: number;
} & ({ readonly host: string; readonly port: number } | { readonly path: string });

/**
 * The daemon. Every method that names a watcher takes its key and throws `CircusError` `not_found`
 * when there is none; methods that return an `Operation` have checked everything that can be
 * checked before they return.
 */
export interface Controller {
  readonly version: string;
  /** Counts in-place upgrades of this daemon, from 1. */
  readonly generation: number;
  readonly pid: number;
  readonly globalOptions: GlobalOptions;
  /** All watchers, sorted by key. */
  watchers(): readonly WatcherView[];
  findWatcher(key: string): WatcherView | undefined;
  /**
   * Live processes of a watcher with what they use now, oldest first; one of them when named. Many
   * are looked at in pieces, other work in between. Rejects with `not_found`.
   */
  processes(key: string, pid?: number): Promise<readonly ProcessView[]>;
  /**
   * What the watcher's hook extended_stats makes of the figures of a process; the same without one.
   *
   * @throws CircusError `failed`: the hook has failed
   */
  extendStats(key: string, pid: number, stats: JsonObject): Promise<JsonObject>;
  /** The process description of circusd itself (protocol 2.3 "dstats"). */
  describeSelf(): JsonObject;
  start(selection: Selection): Operation;
  stop(selection: Selection): Operation;
  restart(selection: Selection): Operation;
  reload(selection: Selection, how: { graceful: boolean; sequential: boolean }): Operation;
  /** Rolls back the reloads that are under way, and forgets those that wait. */
  abortReload(selection: Selection): Operation;
  /** Throws `invalid_message` for an option that is unknown or of a wrong type. */
  add(request: AddRequest): Operation;
  remove(key: string, how: { nostop: boolean }): Operation;
  /**
   * `nb` may be negative; the wanted number never falls below 0. Never called for a singleton.
   * `reply` has `numprocesses`, the number now wanted.
   */
  changeCount(key: string, nb: number): Operation;
  /** Throws `invalid_message` for an option that is unknown or of a wrong type. */
  set(key: string, options: ReadonlyMap<string, Json>): Operation;
  kill(key: string, request: KillRequest): Operation;
  signal(key: string, request: SignalRequest): void;
  /** Forgets back-off and failed attempts, and tries again at once. */
  reset(key: string): Operation;
  quit(): Operation;
  /**
   * Reads the files again and changes what they changed, all of it or, with a fault in them, nothing
   * (protocol 7.9). The reply has the `plan`; with `dryRun` that is all.
   *
   * @throws CircusError `failed` with every fault
   */
  reloadConfig(how: { dryRun: boolean }): Operation;
  /** All managed sockets, by number. */
  sockets(): readonly SocketView[];
  /**
   * Opens the files of output streams again by their names. The reply has `direct`: the files that
   * processes write to by themselves, which only they can open again.
   */
  reopenLogs(): ReplyBody;
  /** Why the last upgrade was given up after it was answered `started`; null: it was not. */
  readonly upgradeFailure: string | null;
  /**
   * Makes another program of this process, which goes on with everything. Settles when that program
   * has shown that it can; then the reply has to be sent at once.
   *
   * @throws CircusError `failed`: it cannot; nothing has changed
   */
  upgrade(request: UpgradeRequest): Promise<ReplyBody>;
  /** The rest of the reply to an operation that an earlier program has begun. */
  awaitAgain(parked: JsonObject): Promise<ReplyBody>;
  /**
   * The last output of watchers, and how it is recorded.
   *
   * @throws CircusError `not_found`; `failed`: the log endpoint cannot be bound
   */
  logs(request: LogRequest): Promise<LogReply>;
  /** Events after `since`; only those of one watcher when `key` is given. */
  events(since: number, key?: string): EventReplay;
}
