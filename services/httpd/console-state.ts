/**
 * What the console shows, as plain data: the contract between circushttpd and its pages. Times are
 * epoch seconds, `cpu` is percent of a core, `rss` bytes. `null` means not known (yet).
 */

/** A watcher: one row of the overview. */
export interface WatcherRow {
  /** The lower-cased name, by which commands and topics know it. */
  readonly name: string;
  /** As `status` tells it. */
  readonly status: string;
  /** Why it is not as wanted. */
  readonly trouble: string | null;
  readonly alive: number;
  readonly wanted: number;
  /** Null when the watcher has no readiness. */
  readonly ready: number | null;
  /** Deaths that nobody asked for, as far back as circusd's events reach. */
  readonly restarts: number;
  /** When it last became active. */
  readonly since: number | null;
  readonly cpu: number | null;
  readonly rss: number | null;
  readonly lastExit: LastExit | null;
  /** A companion is a process of Circus itself, such as circusd-stats. */
  readonly kind: 'watcher' | 'plugin' | 'companion';
  readonly reload: ReloadProgress | null;
}

export interface LastExit {
  readonly time: number;
  readonly pid: number;
  /** Exit status, or minus the signal. */
  readonly code: number | null;
  /** For people: `SIGKILL`, `exit 1`. */
  readonly cause: string;
}

export interface ReloadProgress {
  readonly kind: string;
  readonly since: number;
  /** How many successors have been started since. */
  readonly replaced: number;
}

/** A live process. */
export interface ProcessRow {
  readonly pid: number;
  readonly wid: number | null;
  readonly started: number | null;
  readonly cpu: number | null;
  readonly rss: number | null;
  readonly fds: number | null;
  readonly user: string | null;
  readonly command: string | null;
}

export interface SocketRow {
  readonly name: string;
  readonly fd: number;
  readonly address: string;
  readonly backlog: number;
  /** In how many of the last second's samples connections were waiting. */
  readonly reads: number | null;
  /** Connections that wait to be accepted. */
  readonly queue: number | null;
  /** Connections that were accepted and are open. */
  readonly connections: number | null;
}

/** An event of circusd. */
export interface EventRow {
  readonly seq: number;
  readonly time: number;
  readonly watcher: string;
  readonly name: string;
  /** For people: `pid 4711 ended by SIGKILL, next in 0.4 s`. */
  readonly text: string;
}

export interface DaemonRow {
  /** `lost`: it does not answer; everything else is what was last known. */
  readonly link: 'connecting' | 'up' | 'lost';
  /** Since when `link` is what it is. */
  readonly linkSince: number;
  readonly endpoint: string;
  readonly version: string | null;
  readonly generation: number | null;
  readonly pid: number | null;
  readonly started: number | null;
  readonly cpu: number | null;
  readonly rss: number | null;
  /** Where figures come from: the stats channel, or asking circusd when there is none. */
  readonly figures: 'channel' | 'asked' | 'none';
  readonly host: string;
  /** Load average of a minute, and how many processors share it. */
  readonly load: number;
  readonly processors: number;
  readonly memoryTotal: number;
  readonly memoryFree: number;
}

/** All that every page gets. */
export interface ConsoleState {
  readonly daemon: DaemonRow;
  readonly watchers: Readonly<Record<string, WatcherRow>>;
  readonly sockets: Readonly<Record<string, SocketRow>>;
  /** The latest, oldest first. */
  readonly events: readonly EventRow[];
}

/** What has changed since the revision before. `null` is gone. */
export interface Delta {
  readonly rev: number;
  readonly daemon?: DaemonRow;
  readonly watchers?: Readonly<Record<string, WatcherRow | null>>;
  readonly sockets?: Readonly<Record<string, SocketRow | null>>;
  /** New ones. */
  readonly events?: readonly EventRow[];
}

/** Which processes of a watcher have changed. */
export interface ProcessChanges {
  /** `rows` are all that there are. */
  readonly isWhole: boolean;
  readonly rows: readonly ProcessRow[];
  readonly gone: readonly number[];
}

/** One sample of a chart: epoch seconds, percent of a core, bytes. */
export type Sample = readonly [time: number, cpu: number | null, rss: number | null];

/** A line of a worker's output. */
export interface LogLine {
  /** Null: both go to one file, and nobody knows which is whose. */
  readonly stream: 'stdout' | 'stderr' | null;
  readonly time: number | null;
  readonly pid: number | null;
  readonly text: string;
}

/** From circushttpd to a page. */
export type ToPage =
  | {
      readonly type: 'snapshot';
      readonly boot: string;
      readonly rev: number;
      readonly state: ConsoleState;
    }
  | { readonly type: 'delta'; readonly delta: Delta }
  /** Of the watcher that the page has open: what has changed, or all of it. */
  | ({ readonly type: 'processes'; readonly watcher: string } & ProcessChanges)
  | {
      readonly type: 'log';
      readonly watcher: string;
      readonly lines: readonly LogLine[];
      /** Lines that this page was too slow for. */
      readonly dropped: number;
    }
  /** Why nothing, or not all, can be shown; empty when all is again. */
  | { readonly type: 'log_note'; readonly watcher: string; readonly note: string }
  | { readonly type: 'signed_out' };

/** From a page to circushttpd. */
export type FromPage =
  /** Of an earlier connection: deltas are sent from there if they are still held. */
  | { readonly type: 'resume'; readonly boot: string; readonly rev: number }
  | { readonly type: 'start' }
  /** Send the processes of this watcher; `null`: no more. */
  | { readonly type: 'open'; readonly watcher: string | null }
  /** Send the last lines and those that come; `null`: no more. */
  | { readonly type: 'tail'; readonly watcher: string | null };

/** Who is signed in. */
export interface SessionInfo {
  readonly user: string;
  readonly role: Role;
  /** Goes into the header `x-csrf-token` of every POST. */
  readonly csrf: string;
}

/** `view` reads; `admin` does everything. */
export type Role = 'view' | 'admin';
