/** Where the values of a word or flag come from, by its name in the usage. */
import { constants } from 'node:os';
import { type Command, catalog } from '#libs/commands';
import { printWatcherOption, watcherTable } from '#libs/config';
import type { LiveNames } from './live-names.ts';
import { goalNames } from './wait-goal.ts';

/** A word that would fit, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly doc?: string;
}

/** Words before it, those of its command alone; the first is the watcher where there is one. */
type Source = (
  words: readonly string[],
  names: LiveNames,
  command: Command,
) => Promise<Candidate[]> | Candidate[];

const signals = Object.keys(constants.signals).map((name) => name.replace(/^SIG/, ''));

const values: Readonly<Record<string, readonly string[]>> = {
  method: ['glob', 'simple', 'regex'],
  when: ['auto', 'always', 'never'],
  state: goalNames,
  signal: signals,
  shell: ['bash', 'fish', 'zsh'],
  recursive: ['recursive'],
};

const sources: Readonly<Record<string, Source>> = {
  name: async (_, names, { literalAfter }) =>
    // The name of what is added is not there yet.
    literalAfter === undefined ? toCandidates(await names.watchers()) : [],
  pid: async ([watcher = ''], names) => toCandidates(await names.pids(watcher)),
  keys: async ([watcher = ''], names) => toOptions(Object.keys(await names.options(watcher))),
  key: async ([watcher = ''], names) => {
    const own = Object.keys(await names.options(watcher));
    return toOptions([...new Set([...own, ...watcherTable.map(({ name }) => name)])].sort());
  },
  value: async ([watcher = '', ...words], names) => {
    return optionValues(words.at(-1) ?? '', await names.options(watcher));
  },
  signum: () => toCandidates(signals),
  topic: async (_, names) =>
    toCandidates(await names.watchers()).map(({ word }) => ({
      word: `watcher.${word.replaceAll(' ', '_')}.`,
    })),
  option: async (_, names) => toCandidates(await names.globalOptions()),
  command: () => catalog.map(({ name, summary }) => ({ word: name, doc: summary })),
};

/** What may stand for that word of a usage; nothing for one that is free. */
export async function candidatesFor(
  slot: string,
  words: readonly string[],
  names: LiveNames,
  command: Command,
): Promise<Candidate[]> {
  return (await sources[slot]?.(words, names, command)) ?? flagValues(slot);
}

/** The values of a flag by the word that stands for it: `method`, `state`. */
export function flagValues(name: string | undefined): Candidate[] {
  return toCandidates(values[name ?? ''] ?? []);
}

function toCandidates(words: readonly string[]): Candidate[] {
  return words.map((word) => ({ word }));
}

function toOptions(names: readonly string[]): Candidate[] {
  const docs = new Map<string, string>(watcherTable.map(({ name, doc }) => [name, doc]));
  return names.map((word) => {
    const doc = docs.get(word);
    return doc === undefined ? { word } : { word, doc };
  });
}

/** The present one, both of a yes-or-no, and the names of signals. */
function optionValues(option: string, options: Awaited<ReturnType<LiveNames['options']>>) {
  const value = options[option];
  if (typeof value === 'boolean') return toCandidates(['True', 'False']);
  if (/signal/.test(option)) return toCandidates(signals);
  return value === undefined || value === null
    ? []
    : toCandidates([printWatcherOption(option, value)]);
}
