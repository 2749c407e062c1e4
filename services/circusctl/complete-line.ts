/** What may follow on a line of circusctl: of its words, flags and values, and of the live daemon. */
import { type Command, type CommandFlag, catalog, findTypedCommand, flagsOf } from '#libs/commands';
import { type Candidate, candidatesFor, flagValues } from './candidates.ts';
import { flagName, flagNames, takesValue, valueName } from './flag-names.ts';
import { globalFlags } from './global-flags.ts';
import { findCommandWord } from './invocation.ts';
import type { LiveNames } from './live-names.ts';
import { slotsAt } from './usage-slots.ts';

/** Words that begin as the current one does. `extra` are further words in the place of a command. */
export async function completeLine(
  words: readonly string[],
  current: string,
  names: LiveNames,
  extra: readonly Candidate[] = [],
): Promise<Candidate[]> {
  const all = await candidatesOf(words, current, names, extra);
  return all.filter(({ word }) => word.startsWith(current));
}

async function candidatesOf(
  words: readonly string[],
  current: string,
  names: LiveNames,
  extra: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const place = findCommandWord(words);
  const command = place === -1 ? undefined : findTypedCommand(words[place] ?? '');
  const flags = [...(command === undefined ? [] : flagsOf(command)), ...globalFlags];
  const asked = flags.find(
    (flag) => takesValue(flag) && flagNames(flag).includes(words.at(-1) ?? ''),
  );
  if (asked !== undefined) return flagValues(valueName(asked));
  if (current.startsWith('-')) return flagCandidates(flags, current);
  if (place === -1) return [...extra, ...commandCandidates()];
  if (command === undefined) return [];
  return await argumentCandidates(command, plainWords(words.slice(place + 1), flags), names);
}

function commandCandidates(): Candidate[] {
  return catalog.map(({ name, summary }) => ({ word: name, doc: summary }));
}

/** `--wait=` goes on with the values that may follow. */
function flagCandidates(flags: readonly CommandFlag[], current: string): Candidate[] {
  const opened = flags.find((flag) => current.startsWith(`${flagName(flag)}=`));
  if (opened !== undefined) {
    return flagValues(valueName(opened)).map(({ word }) => ({
      word: `${flagName(opened)}=${word}`,
    }));
  }
  return flags.map((flag) => ({ word: flagName(flag), doc: flag.doc }));
}

async function argumentCandidates(
  command: Command,
  words: readonly string[],
  names: LiveNames,
): Promise<Candidate[]> {
  const slots = slotsAt(command, words.length);
  const found = await Promise.all(slots.map((slot) => candidatesFor(slot, words, names, command)));
  return found.flat();
}

function plainWords(words: readonly string[], flags: readonly CommandFlag[]): string[] {
  const valued = new Set(flags.filter(takesValue).flatMap(flagNames));
  return words.filter((word, place) => {
    return !word.startsWith('-') && !valued.has(words[place - 1] ?? '');
  });
}
