/** What all commands have in common on a command line. */
import type { JsonObject } from '#libs/protocol';
import { type Command, type CommandFlag, type CommandLine, UsageError } from './command.ts';
import { isWordCount, readUsage } from './usage.ts';

const waitingFlag: CommandFlag = {
  spelling: '--waiting',
  doc: 'Reply when the work is finished, and fail if it fails',
};

/** A command's flags, with `--waiting` where there is something to wait for. */
export function flagsOf(command: Command): readonly CommandFlag[] {
  return command.canWait ? [...command.flags, waitingFlag] : command.flags;
}

/**
 * @throws UsageError `Invalid number of arguments` when the words do not fit the usage
 */
export function checkWordCount(command: Command, line: CommandLine): void {
  if (isWordCount(readUsage(command.usage), line.words.length)) return;
  throw new UsageError('Invalid number of arguments');
}

/**
 * The properties to send for a typed line.
 *
 * @throws UsageError wrong number of words, or a word of a wrong form
 */
export function propertiesOf(command: Command, line: CommandLine): JsonObject {
  checkWordCount(command, line);
  const properties = command.toProperties(line);
  if (!command.canWait) return properties;
  return { ...properties, waiting: line.flags['waiting'] === true };
}
