/** From the arguments of the process to what is to be done. */
import {
  type Command,
  type CommandFlag,
  type CommandLine,
  catalog,
  findCommand,
  flagsOf,
} from '#libs/commands';
import { globalFlags } from './global-flags.ts';
import { protectLiteral } from './literal-words.ts';
import { MisuseError } from './mistakes.ts';
import type { ParsedWords } from './parse-words.ts';

/** The flags of circusctl itself. */
export interface Settings {
  /** `undefined`: the default. */
  readonly endpoint: string | undefined;
  /** Milliseconds; `undefined`: the default. */
  readonly timeoutMs: number | undefined;
  readonly json: boolean;
  readonly prettify: boolean;
}

/** One command, ready to be carried out. */
export interface CommandInvocation {
  readonly kind: 'command';
  readonly command: Command;
  readonly line: CommandLine;
  readonly settings: Settings;
}

/** What was asked for. */
export type Invocation =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command?: Command }
  | CommandInvocation;

/**
 * Reads the arguments. Flags may stand anywhere, before the command too.
 *
 * @throws UnknownNameError, MisuseError
 */
export async function readInvocation(argv: readonly string[]): Promise<Invocation> {
  const place = findCommandWord(argv);
  if (place === -1) return await readWithoutCommand(argv);
  const command = await requireCommand(argv[place] ?? '');
  const flags = [...globalFlags, ...flagsOf(command)];
  const rest = argv.toSpliced(place, 1);
  const { words, values } = await partFlags(protectLiteral(command, rest, flags), flags, command);
  if (values['help'] === true) return { kind: 'help', command };
  if (values['version'] === true) return { kind: 'version' };
  const settings = readSettings(values, command);
  return { kind: 'command', command, line: { words, flags: values }, settings };
}

/** Help is what there is without a command, until the interactive shell. */
async function readWithoutCommand(argv: readonly string[]): Promise<Invocation> {
  const { values } = await partFlags(argv, globalFlags);
  return { kind: values['version'] === true ? 'version' : 'help' };
}

async function requireCommand(word: string): Promise<Command> {
  const command = findCommand(word);
  if (command !== undefined) return command;
  const { refuseCommand } = await import('./parse-words.ts');
  return refuseCommand(word, catalog);
}

/** Words and flags. Without a dash all are words, and the parser need not be loaded. */
async function partFlags(
  argv: readonly string[],
  flags: readonly CommandFlag[],
  command?: Command,
): Promise<ParsedWords> {
  if (!argv.some((argument) => argument.startsWith('-'))) return { words: argv, values: {} };
  const { parseWords } = await import('./parse-words.ts');
  return parseWords(argv, flags, command);
}

/** The first argument that is neither a flag nor the value of one. */
function findCommandWord(argv: readonly string[]): number {
  const valued = new Set(
    [globalFlags, ...catalog.map(flagsOf)].flat().filter(takesValue).map(flagName),
  );
  return argv.findIndex((argument, place) => {
    return !argument.startsWith('-') && !valued.has(argv[place - 1] ?? '');
  });
}

function takesValue({ spelling }: CommandFlag): boolean {
  return spelling.includes(' ');
}

function flagName({ spelling }: CommandFlag): string {
  return spelling.split(' ', 1)[0] ?? spelling;
}

function readSettings(values: ParsedWords['values'], command: Command): Settings {
  const { endpoint, timeout, json, prettify } = values;
  return {
    endpoint: typeof endpoint === 'string' ? endpoint : undefined,
    timeoutMs: typeof timeout === 'string' ? readSeconds(timeout, command) : undefined,
    json: json === true,
    prettify: prettify === true,
  };
}

function readSeconds(text: string, command: Command): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0) return seconds * 1000;
  throw new MisuseError(`--timeout should be a number of seconds above 0, not '${text}'`, command);
}
