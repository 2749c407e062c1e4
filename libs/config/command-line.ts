/** What is executed for a worker (protocol 6.7). */
import { CircusError } from '#libs/protocol';
import { quoteWord, splitWords } from './shell-words.ts';
import { substitute, type VariableLookup, workerVariables } from './variables.ts';
import type { WatcherConfig } from './watcher-config.ts';
import { describeOptions, printWatcherOption } from './watcher-options.ts';

/** A program and its arguments. */
export interface CommandLine {
  /** What to execute; without a slash it is looked up in the worker's PATH. */
  readonly file: string;
  /** All arguments, the name that the process is given first. */
  readonly argv: readonly string[];
}

/** What a command line is made from; `WatcherOptions` has it all. */
export interface CommandOptions {
  readonly cmd: string;
  readonly args: string | readonly string[];
  readonly shell: boolean;
  readonly shell_args: string | null;
  readonly executable: string | null;
}

/** What differs between the workers of a watcher. */
export interface WorkerFacts {
  readonly wid: number | string;
  /** The environment that the worker gets, of `buildEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** Descriptor numbers by socket name. */
  readonly sockets: Readonly<Record<string, number>>;
}

/**
 * The command line of one worker of a watcher, its variables replaced.
 *
 * @throws CircusError `invalid_message`: an unbalanced quote, or no command at all
 */
export function buildWorkerCommand(watcher: WatcherConfig, worker: WorkerFacts): CommandLine {
  return buildCommandLine(watcher.options, workerLookup(watcher, worker));
}

/** As `buildWorkerCommand`, for options and variables from elsewhere. */
export function buildCommandLine(options: CommandOptions, lookup: VariableLookup): CommandLine {
  const argv = options.shell ? shellCommand(options, lookup) : directCommand(options, lookup);
  const [first] = argv;
  if (first === undefined || first === '') {
    throw new CircusError('invalid_message', `cmd is empty, so there is nothing to run`);
  }
  return { file: options.executable ?? first, argv };
}

function directCommand({ cmd, args }: CommandOptions, lookup: VariableLookup): string[] {
  return [...splitWords(substitute(cmd, lookup)), ...argumentWords(args, lookup)];
}

function argumentWords(args: string | readonly string[], lookup: VariableLookup): string[] {
  if (typeof args === 'string') return splitWords(substitute(args, lookup));
  return args.map((word) => substitute(word, lookup));
}

/** The original quotes every word again, so that no `$HOME`, `;` or `|` reaches the shell; we do not. */
function shellCommand(options: CommandOptions, lookup: VariableLookup): string[] {
  const { cmd, args, shell_args, executable } = options;
  const tail = typeof args === 'string' ? substitute(args, lookup) : quoteAll(args, lookup);
  const line = [substitute(cmd, lookup), tail].filter((part) => part !== '').join(' ');
  if (line.trim() === '') return [];
  return [executable ?? '/bin/sh', '-c', line, ...splitWords(substitute(shell_args ?? '', lookup))];
}

function quoteAll(args: readonly string[], lookup: VariableLookup): string {
  return args.map((word) => quoteWord(substitute(word, lookup))).join(' ');
}

/** Most command lines have no variable: what they stand for is worked out when the first one comes. */
function workerLookup(watcher: WatcherConfig, worker: WorkerFacts): VariableLookup {
  let known: VariableLookup | undefined;
  return (name) => {
    known ??= workerVariables({ ...worker, options: printOptions(watcher) });
    return known(name);
  };
}

/** Every option of the watcher as the console prints it. */
function printOptions(watcher: WatcherConfig): Record<string, string> {
  const described = Object.entries(describeOptions(watcher)).filter(
    ([name]) => !Object.hasOwn(watcher.freeForm, name),
  );
  const options = described.map(([name, value]) => [name, printWatcherOption(name, value)]);
  return {
    ...Object.fromEntries(options),
    rlimits: printWatcherOption('rlimits', watcher.rlimits),
    use_fds: printWatcherOption('use_sockets', watcher.options.use_sockets),
  };
}
