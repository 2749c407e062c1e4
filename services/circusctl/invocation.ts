/** From the arguments of the process to what is to be done. */
import {
  type Command,
  type CommandFlag,
  type CommandLine,
  catalog,
  findTypedCommand,
  flagsOf,
} from '#libs/commands';
import { flagNames, takesValue } from './flag-names.ts';
import { globalFlags } from './global-flags.ts';
import { protectLiteral } from './literal-words.ts';
import type { ParsedWords } from './parse-words.ts';
import { defaultSettings, type Settings } from './settings.ts';

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
  | { readonly kind: 'shell'; readonly settings: Settings }
  | CommandInvocation;

/**
 * Reads the arguments. Flags may stand anywhere, before the command too; `before` holds where none
 * was typed.
 *
 * @throws UnknownNameError, MisuseError
 */
export async function readInvocation(
  argv: readonly string[],
  before: Settings = defaultSettings,
): Promise<Invocation> {
  const place = findCommandWord(argv);
  if (place === -1) return await readWithoutCommand(argv, before);
  // As in the shell: `help`, or `help incr`.
  if (argv[place] === 'help')
    return await readInvocation([...argv.toSpliced(place, 1), '--help'], before);
  const command = await requireCommand(argv[place] ?? '');
  const flags = [...globalFlags, ...flagsOf(command)];
  const rest = argv.toSpliced(place, 1);
  const { words, values } = await partFlags(protectLiteral(command, rest, flags), flags, command);
  if (values['help'] === true) return { kind: 'help', command };
  if (values['version'] === true) return { kind: 'version' };
  const settings = await settingsOf(values, before, command);
  return { kind: 'command', command, line: { words, flags: values }, settings };
}

async function readWithoutCommand(argv: readonly string[], before: Settings): Promise<Invocation> {
  const { values } = await partFlags(argv, globalFlags);
  if (values['version'] === true) return { kind: 'version' };
  if (values['help'] === true) return { kind: 'help' };
  return { kind: 'shell', settings: await settingsOf(values, before) };
}

/** The reader is loaded when there is a flag to read. */
async function settingsOf(
  values: ParsedWords['values'],
  before: Settings,
  command?: Command,
): Promise<Settings> {
  if (Object.keys(values).length === 0) return before;
  const { readSettings } = await import('./read-settings.ts');
  return readSettings(values, before, command);
}

async function requireCommand(word: string): Promise<Command> {
  const command = findTypedCommand(word);
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
export function findCommandWord(argv: readonly string[]): number {
  const valued = new Set(
    [globalFlags, ...catalog.map(flagsOf)].flat().filter(takesValue).flatMap(flagNames),
  );
  return argv.findIndex((argument, place) => {
    return !argument.startsWith('-') && !valued.has(argv[place - 1] ?? '');
  });
}
