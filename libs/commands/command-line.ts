/** What all commands have in common on a command line. */
import type { JsonObject } from '#libs/protocol';
import { type Command, type CommandFlag, type CommandLine, UsageError } from './command.ts';
import { isWordCount, readUsage } from './usage.ts';

const waitingFlag: CommandFlag = {
  spelling: '--waiting',
  doc: 'Have circusd reply when the work is finished, and fail if it fails',
};

const waitFlag: CommandFlag = {
  spelling: '--wait[=state]',
  doc: 'Wait until it is so: active, stopped, starting, stopping, settled or gone',
};

/** A command's flags, with `--waiting` and `--wait` where there is something to wait for. */
export function flagsOf(command: Command): readonly CommandFlag[] {
  const waiting = command.canWait ? [waitingFlag] : [];
  const wait = command.settlesIn === undefined ? [] : [waitFlag];
  return [...command.flags, ...waiting, ...wait];
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
