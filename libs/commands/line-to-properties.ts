/** The usual way from a command line to properties: words by the names in the usage, flags by theirs. */
import type { Json, JsonObject } from '#libs/protocol';
import { type CommandLine, type PropertyTable, UsageError } from './command.ts';
import { readUsage } from './usage.ts';

/**
 * Gives every word the property that `usage` names at its place, and every flag the one of its name.
 *
 * @throws UsageError a word that is no number where one is expected
 */
export function lineToProperties(
  usage: string,
  table: PropertyTable,
  { words, flags }: CommandLine,
): JsonObject {
  const { required, optional, isOpen } = readUsage(usage);
  const names = [...required, ...optional];
  const single = isOpen ? names.slice(0, -1) : names;
  const entries: [string, Json][] = [];
  for (const [place, name] of single.entries()) {
    const word = words[place];
    if (word !== undefined) entries.push([name, readWord(table, name, word)]);
  }
  const last = names.at(-1);
  if (isOpen && last !== undefined) entries.push([last, words.slice(single.length)]);
  for (const [name, value] of Object.entries(flags)) {
    if (name in table) entries.push([name, value === true ? true : readWord(table, name, value)]);
  }
  return Object.fromEntries(entries);
}

/**
 * One typed word as the property's kind.
 *
 * @throws UsageError it is no number where one is expected
 */
export function readWord(table: PropertyTable, name: string, word: string): Json {
  switch (table[name]?.kind) {
    case 'integer':
      return readNumber(name, word, /^[+-]?\d+$/, 'an integer');
    case 'pid':
      return readNumber(name, word, /^[1-9]\d*$/, 'a process id');
    case 'number':
      return readNumber(name, word, /^[+-]?(\d+\.?\d*|\.\d+)$/, 'a number');
    default:
      return word;
  }
}

function readNumber(name: string, word: string, form: RegExp, expected: string): number {
  if (form.test(word)) return Number(word);
  throw new UsageError(`${name} should be ${expected}, not '${word}'`);
}
