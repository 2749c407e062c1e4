/**
 * Every event that circusd publishes about a watcher: one row each. Names, types and the reference
 * come from here.
 */

/** One key of an event's payload. */
export interface EventKey {
  readonly type: 'integer' | 'number' | 'string' | 'boolean';
  /** The value may be null. */
  readonly isNullable?: true;
  /** Its entry of the reference. */
  readonly doc: string;
}

/** One event. */
export interface EventRow {
  /** When it is published, for operators: follows "Published when". */
  readonly when: string;
  /** Keys beyond those of every event. */
  readonly keys: Readonly<Record<string, EventKey>>;
}

/** What every payload carries. */
export const commonEventKeys = {
  time: { type: 'number', doc: 'When it happened, in seconds since 1970 with a fraction.' },
  seq: {
    type: 'integer',
    doc: 'Counts every event of this circusd, without a gap, from 1: a gap means that some were lost on the way.',
  },
  wseq: { type: 'integer', doc: 'Counts the events of this watcher alone, without a gap, from 1.' },
} as const satisfies Readonly<Record<string, EventKey>>;

const processPid = { type: 'integer', doc: 'The process id.' } as const;
const wid = {
  type: 'integer',
  doc: 'The number of the process within its watcher; its successor gets the same one.',
} as const;
const streamName = { type: 'string', doc: '`stdout` or `stderr`.' } as const;
const hookName = { type: 'string', doc: 'The hook, such as `before_start`.' } as const;

/** The rows, in the order of a watcher's life. */
export const eventTable = {
  add: { when: 'a watcher was added by the `add` command.', keys: {} },
  spawn: {
    when: 'a process was started and the `after_spawn` hook did not refuse it. `time` is the moment just before the start.',
    keys: {
      process_pid: processPid,
      process_id: { type: 'integer', doc: 'The same as `wid`, under the name of the manual.' },
      wid,
    },
  },
  spawn_failed: {
    when: 'a process could not be started.',
    keys: {
      wid,
      reason: { type: 'string', doc: 'Why, for people.' },
      permanent: {
        type: 'boolean',
        doc: 'Whether trying again is no use, as for a program that is not there: counted against `max_retry`.',
      },
    },
  },
  ready: {
    when: 'a process of a watcher with `readiness` has become ready.',
    keys: { process_pid: processPid, wid },
  },
  start: {
    when: 'a watcher has become active: all its first processes are started and every warm-up is over.',
    keys: {},
  },
  reap: {
    when: 'a process has ended and its exit status was collected. Not for a process that circusd ended because the count was lowered, because of its age, or in a graceful reload that is not sequential: these show as `kill` alone, so that counting reaps finds crashes.',
    keys: {
      process_pid: processPid,
      exit_code: {
        type: 'integer',
        isNullable: true,
        doc: 'The exit status, or minus the signal that ended it: -9 is SIGKILL. null when it could not be collected.',
      },
      wid,
      backoff: {
        type: 'number',
        doc: 'Seconds that circusd waits before it starts the successor; 0 is at once.',
      },
      reason: {
        type: 'string',
        isNullable: true,
        doc: 'What was wrong with it, when circusd has ended it for that: it did not get ready, or its `liveness` found it unhealthy. null when it ended by itself or by a command.',
      },
    },
  },
  kill: {
    when: 'a signal was sent to end a process: by stop, restart, reload, decr, the `kill` command or age; once more for SIGKILL, and once for each child that is signalled. Not for the `signal` command.',
    keys: { process_pid: processPid },
  },
  expired: {
    when: 'a process is older than `max_age` and is about to be replaced.',
    keys: { process_pid: processPid, wid },
  },
  updated: { when: 'an option was set by the `set` command: once for each option.', keys: {} },
  reload_started: {
    when: 'a graceful or sequential reload has begun.',
    keys: { kind: { type: 'string', doc: '`graceful` or `sequential`.' } },
  },
  reload: { when: 'a reload has ended well.', keys: {} },
  reload_failed: {
    when: 'a reload was given up and rolled back: the old processes stay.',
    keys: { reason: { type: 'string', doc: 'Why, for people.' } },
  },
  stream_failed: {
    when: 'the output of processes cannot be written, or comes faster than it is written and is dropped. Tried again until it works.',
    keys: { stream: streamName, reason: { type: 'string', doc: 'Why, for people.' } },
  },
  stream_resumed: {
    when: 'output is written again.',
    keys: {
      stream: streamName,
      dropped: { type: 'integer', doc: 'How many bytes were dropped meanwhile; 0 with `block`.' },
    },
  },
  stop: {
    when: 'a watcher has stopped: none of its processes, nor what they have started, is left. Also after a start that has failed.',
    keys: {},
  },
  remove: { when: 'a watcher was removed by the `rm` command.', keys: {} },
  hook_success: {
    when: 'a hook has run without an error, whatever it answered.',
    keys: { name: hookName },
  },
  hook_failure: {
    when: 'a hook has failed.',
    keys: { name: hookName, error: { type: 'string', doc: 'What went wrong.' } },
  },
} as const satisfies Readonly<Record<string, EventRow>>;

/** The last part of a topic. */
export type EventName = keyof typeof eventTable;
