/**
 * What commander does for circusctl: flags anywhere among the words, and what is wrong with them.
 * Loaded when there is a dash to read, for it takes a fifth of the time that circusctl needs.
 */
import { CommanderError, Command as Parser } from 'commander';
import type { Command, CommandFlag } from '#libs/commands';
import { flagName, mayTakeValue } from './flag-names.ts';
import { MisuseError, UnknownNameError } from './mistakes.ts';

/** Words, and flags by their name without dashes. */
export interface ParsedWords {
  readonly words: readonly string[];
  readonly values: Readonly<Record<string, string | true>>;
}

/**
 * Parts words from flags; `--` ends the flags, and a negative number is a word.
 *
 * @throws UnknownNameError a flag that is none of `flags`, with one that is spelled like it
 * @throws MisuseError a flag without its value
 */
export function parseWords(
  argv: readonly string[],
  flags: readonly CommandFlag[],
  command?: Command,
): ParsedWords {
  const parser = newParser();
  for (const { spelling, doc } of flags) parser.option(spelling.replace('[=', ' ['), doc);
  try {
    parser.parse(closeOptionalValues(argv, flags), { from: 'user' });
  } catch (error) {
    throw translate(error, command);
  }
  return { words: parser.args, values: parser.opts<Record<string, string | true>>() };
}

/** `--wait` becomes `--wait=`: commander would take the next word for its value. */
function closeOptionalValues(argv: readonly string[], flags: readonly CommandFlag[]): string[] {
  const bare = new Set(flags.filter(mayTakeValue).map(flagName));
  const end = argv.indexOf('--');
  return argv.map((word, place) => {
    return bare.has(word) && (end === -1 || place < end) ? `${word}=` : word;
  });
}

/** @throws UnknownNameError always; it suggests a command that is spelled alike */
export function refuseCommand(word: string, commands: readonly Command[]): never {
  const parser = newParser();
  for (const { name } of commands) parser.command(name);
  try {
    parser.parse([word], { from: 'user' });
  } catch (error) {
    throw translate(error);
  }
  throw new UnknownNameError(`error: unknown command '${word}'`);
}

function newParser(): Parser {
  return new Parser('circusctl')
    .helpOption(false)
    .helpCommand(false)
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
}

function translate(error: unknown, command?: Command): unknown {
  if (!(error instanceof CommanderError)) return error;
  const isUnknown = /^commander\.unknown/.test(error.code);
  if (isUnknown) return new UnknownNameError(error.message);
  return new MisuseError(error.message.replace(/^error: /, ''), command);
}
