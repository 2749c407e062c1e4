/** The manual entries of the watcher options that come in families (watcher-families.ts). */
import type { OptionEffect } from '#libs/options';
import type { JsonObject } from '#libs/protocol';
import type { HookName, rlimitNames, streamKeys } from './watcher-families.ts';

/** Many options with one row: what they have in common, and what each is for. */
export interface OptionFamily {
  /** How the options are spelled: `rlimit_NAME`. */
  readonly spelling: string;
  /** As a regular expression, for the JSON Schema. */
  readonly pattern: string;
  readonly kind: string;
  /** What a value is in JSON. */
  readonly jsonSchema: JsonObject;
  /** Its entry of the manual, for operators. */
  readonly doc: string;
  /** The section of the manual. */
  readonly manual: string;
  /** What setting one of them at run time does. */
  readonly effect: OptionEffect;
  /** What stands for the word in capitals, each with what it is. */
  readonly members: Readonly<Record<string, string>>;
}

const limits: Readonly<Record<(typeof rlimitNames)[number], string>> = {
  as: 'Address space of a process, in bytes.',
  core: 'Size of a core file, in bytes; 0 is none.',
  cpu: 'Processor time, in seconds.',
  data: 'Size of data and heap, in bytes.',
  fsize: 'Size of a file that is written, in bytes.',
  locks: 'Number of file locks; Linux no longer looks at it.',
  memlock: 'Memory that is locked, in bytes.',
  msgqueue: "Bytes in the user's POSIX message queues.",
  nice: 'How far the niceness may be raised: 20 minus the lowest niceness.',
  nofile: 'Open descriptors: one more than the highest number. `ofile` is an old name of it.',
  nproc: "Number of the user's processes and threads.",
  rss: 'Resident memory, in bytes; Linux no longer looks at it.',
  rtprio: 'Highest real-time priority.',
  rttime: 'Processor time of a real-time process without a pause, in microseconds.',
  sigpending: "Signals that wait for the user's processes.",
  stack: 'Size of the stack, in bytes.',
};

const hooks: Readonly<Record<HookName, string>> = {
  before_start: 'Before a watcher starts. Refusing: it stays stopped.',
  after_start: 'After a watcher has started. Refusing: it is stopped.',
  before_stop: 'Before a watcher stops.',
  after_stop: 'After a watcher has stopped.',
  before_spawn: 'Before each process. Refusing: the watcher is stopped.',
  after_spawn: 'After each process, with its `pid`. Refusing: the watcher is stopped.',
  before_signal:
    'Before a signal, with `pid` and `signum`. Refusing: it is not sent; SIGKILL always is.',
  after_signal: 'After a signal, with `pid` and `signum`.',
  before_reap: 'After a process has ended and before its exit status is told, with its pid.',
  after_reap: 'After that, with pid and exit code.',
  extended_stats: 'Asked by `stats` with `extended`, with `pid` and the figures so far.',
};

const streams: Readonly<Record<(typeof streamKeys)[number], string>> = {
  class:
    'What becomes of the output: FileStream, WatchedFileStream, TimedRotatingFileStream, StdoutStream, FancyStdoutStream, JsonStream or QueueStream; `./file.js#Class` or `exec:command` for one of your own, to which further keys are told. FileStream when only `filename` is given.',
  filename: 'The file to write to (the File streams).',
  max_bytes: 'Begin a new file before this size, in bytes; 0 is never (FileStream).',
  backup_count: 'How many old files to keep; with 0 none is renamed and the file grows.',
  time_format:
    "Put the time, in this format of strftime, and the process id in front of each line: '%Y-%m-%d %H:%M:%S'.",
  rotate_when:
    'The unit of time after which a new file begins: S, M, H, D, MIDNIGHT, or W0 (Monday) to W6 (TimedRotatingFileStream).',
  rotate_interval: 'How many of these units; default 1.',
  utc: 'Whether the file names have the time in UTC; default false.',
  color:
    'red, green, yellow, blue, magenta, cyan or white; any of them when absent (FancyStdoutStream).',
  on_full:
    'When output cannot be written as fast as it comes: `block`, the process waits and nothing is lost, or `drop`, output is lost and counted. Default block. Given to a FileStream, circusd writes the file.',
  refresh_time: 'Of old releases: output is passed on at once. Accepted without effect.',
};

/** The families of `[watcher:NAME]`, in the order of the manual. */
export const watcherFamilies: readonly OptionFamily[] = [
  {
    spelling: 'rlimit_LIMIT',
    pattern: '^rlimit_',
    kind: 'integer',
    jsonSchema: { type: ['integer', 'null'] },
    doc: 'A resource limit of the processes, soft and hard. Empty, `unlimited` or -1 is no limit. A limit that is set at run time holds for processes started after that.',
    manual: '5.3.2',
    effect: 'manage',
    members: limits,
  },
  ...(['stdout', 'stderr'] as const).map((output) => ({
    spelling: `${output}_stream.KEY`,
    pattern: `^${output}_stream\\.`,
    kind: 'string',
    jsonSchema: { type: ['string', 'number', 'boolean'] },
    doc: `Where ${output === 'stdout' ? 'standard output' : 'standard error'} of the processes goes. A class knows some of these keys (docs/logs.md). Without any, the output goes where circusd's own does.`,
    manual: '5.3.2',
    effect: 'stream' as const,
    members: streams,
  })),
  {
    spelling: 'hooks.NAME',
    pattern: '^hooks\\.',
    kind: 'string',
    jsonSchema: { type: 'string' },
    doc: 'What to ask at a turn of the life of a watcher: `exec:COMMAND`, or `./FILE.js#FUNCTION`; with `,true` behind it errors are ignored. A command agrees by exit status 0 and refuses by 1; anything else is an error, which counts as refusing, but not around stop and signal. docs/hooks.md tells more.',
    manual: '-',
    effect: 'manage',
    members: hooks,
  },
];
