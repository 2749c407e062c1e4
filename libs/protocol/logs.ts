/** What `logs` replies with and what the log channel publishes (docs/logs.md). */
import { topicName } from './events.ts';

/**
 * A piece of a watcher's output: whole lines, but for a line that is long or late. A message of
 * `log.<watcher>.<stream>`, and an entry of the reply of `logs`.
 */
export type LogPiece = {
  /** The name as configured. */
  readonly watcher: string;
  /** null: both go to one file, and nobody knows which is whose. */
  readonly stream: 'stdout' | 'stderr' | null;
  /** null: not recorded. */
  readonly pid: number | null;
  readonly wid: number | null;
  /** When it was read, in seconds since 1970; null: not recorded. */
  readonly time: number | null;
  /**
   * How many bytes came before this piece. The next one of the same topic begins at `position` +
   * `bytes`; when it begins later, those between are missing.
   */
  readonly position: number;
  /** 0: nothing new, but this is the position now. */
  readonly bytes: number;
  /** As text; U+FFFD stands for what is no UTF-8. */
  readonly data: string;
};

/** How output is recorded: what can be known of it. */
export type LogSource = {
  readonly watcher: string;
  /** Both when they go to one file. */
  readonly streams: readonly ('stdout' | 'stderr')[];
  /** What to subscribe to. */
  readonly topic: string;
  /**
   * `pipes`: circusd reads a pipe of each process. `pipe`: one of all processes of the watcher.
   * `file`: the processes write to `path` by themselves. `none`: nobody reads it.
   */
  readonly kind: 'pipes' | 'pipe' | 'file' | 'none';
  readonly path: string | null;
  /** What is not recorded, and why; null: everything is. */
  readonly note: string | null;
  /** Where this reply ends: the `position` of the next piece. */
  readonly position: number;
};

/** Which output `logs` is asked for. */
export interface LogRequest {
  /** Lower-cased names. */
  readonly keys: readonly string[];
  /** At most so many lines of each source. */
  readonly lines: number;
  /** Only what was read so many seconds ago at most, where that is recorded. */
  readonly ageSeconds?: number;
  readonly stream?: 'stdout' | 'stderr';
  readonly pid?: number;
  /** Binds the log endpoint, and has the reply tell it. */
  readonly follow: boolean;
}

/** What `logs` gives. */
export type LogReply = {
  /** Of each watcher and stream oldest first. */
  readonly logs: readonly LogPiece[];
  readonly sources: readonly LogSource[];
  /** Another one when circusd was started again: positions begin anew. */
  readonly instance: string;
  /** Where what comes after them is published; there when it was asked for. */
  readonly endpoint?: string;
};

/** `log.<watcher>.<stream>`. */
export function logTopic(watcherName: string, stream: 'stdout' | 'stderr'): string {
  return `log.${topicName(watcherName)}.${stream}`;
}

/**
 * Subscribing to a topic that begins so has it published once: by then the subscriptions that were
 * made before it hold.
 */
export const readyTopic = 'ready.';
