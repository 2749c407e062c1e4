/** Values of watcher options as they are typed, read by the option table (protocol 2.4). */
import { parseWatcherOption } from '#libs/config';
import { CircusError, type Json } from '#libs/protocol';
import { UsageError } from './command.ts';

/**
 * A value as it goes on the wire: `"3"` of numprocesses is 3, `"A=1"` of env is `{A: "1"}`. A name
 * that the table does not know is a free-form option: its text.
 *
 * @throws UsageError the text has not the form that the option wants
 */
export function parseOptionWord(name: string, text: string): Json {
  try {
    return parseWatcherOption(name, text).value;
  } catch (error) {
    if (error instanceof CircusError) throw new UsageError(`${name}: ${error.message}`);
    throw error;
  }
}
