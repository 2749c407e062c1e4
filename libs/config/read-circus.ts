/** Reads the `[circus]` section (protocol 6.2). */
import { findOption, parseOption, quoteName, suggestName, withDefaults } from '#libs/options';
import { type Json, messageOf } from '#libs/protocol';
import { type CircusOptions, circusTable } from './circus-options.ts';
import type { FaultList, Place } from './fault.ts';
import { type IniEntry, type IniSection, warnOfRepeated } from './ini-file.ts';
import type { WatcherSources } from './read-watcher.ts';
import { substitute, type VariableLookup } from './variables.ts';

/** The options of `[circus]`; all at their defaults when there is none. */
export function readCircus(
  sections: readonly IniSection[],
  lookup: VariableLookup,
  { checks, found }: Pick<WatcherSources, 'checks' | 'found'>,
): CircusOptions {
  const section = sections.find(({ name }) => name === 'circus');
  const entries =
    section === undefined ? new Map<string, IniEntry>() : firstEntries(section, found);
  const values = new Map<string, Json>();
  for (const [name, entry] of entries) {
    const place = { ...entry, section: 'circus' };
    const value = readCircusOption(place, substitute(entry.value, lookup), found);
    if (value !== undefined) values.set(name, value);
  }
  const options = withDefaults(circusTable, values);
  const { endpoint_owner: owner } = options;
  const problem = owner === null ? undefined : checks.user?.(owner);
  const ownerEntry = entries.get('endpoint_owner');
  if (problem !== undefined && ownerEntry !== undefined) {
    found.fault({ ...ownerEntry, section: 'circus' }, problem);
  }
  // Giving the endpoint is the manual's way to ask for statistics (5.3.1).
  const asksForStats = entries.has('stats_endpoint') && !entries.has('statsd');
  return { ...options, statsd: options.statsd || asksForStats };
}

/** By lower-case name: case does not count, and the first value holds. */
function firstEntries(section: IniSection, found: FaultList): Map<string, IniEntry> {
  const firsts = new Map<string, IniEntry>();
  for (const entry of section.entries) {
    const name = entry.key.toLowerCase();
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, entry);
    else warnOfRepeated(first, entry, section, found);
  }
  return firsts;
}

function readCircusOption(
  place: Place & { readonly key: string },
  text: string,
  found: FaultList,
): Json | undefined {
  const row = findOption(circusTable, place.key);
  if (row === undefined) {
    found.fault(place, unknownOption(place.key));
    return undefined;
  }
  try {
    return parseOption(row, text);
  } catch (error) {
    found.fault(place, messageOf(error));
    return undefined;
  }
}

function unknownOption(key: string): string {
  const names = circusTable.map((row) => row.name);
  const suggestion = suggestName(key, names);
  const remedy = suggestion === undefined ? 'remove it' : `did you mean ${suggestion}?`;
  return `${quoteName(key)} is no option of [circus]: ${remedy}`;
}
