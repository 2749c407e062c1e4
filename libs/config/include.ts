/** Reads a configuration file and whatever it includes (protocol 6.2), at any depth. */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '#libs/protocol';
import type { FaultList, Place } from './fault.ts';
import { findBelow, findFiles } from './glob.ts';
import { type IniEntry, type IniSection, mergeSections, parseIni } from './ini-file.ts';
import { hasPattern } from './shell-pattern.ts';
import { substitute, type VariableLookup } from './variables.ts';

/** The sections of all files, those of the including file before those that it includes. */
export interface LoadedFiles {
  readonly sections: readonly IniSection[];
  /** Every file that was read, the main one first. */
  readonly files: readonly string[];
}

/** What the reading of one file hands to that of the files it includes. */
interface Loading {
  readonly lookup: VariableLookup;
  readonly found: FaultList;
  readonly files: string[];
  readonly sections: IniSection[];
  /** Real paths that were read. */
  readonly seen: Set<string>;
}

/** A file to include. One that a pattern or a folder gave may be an including file itself. */
interface Included {
  readonly path: string;
  readonly isNamed: boolean;
  readonly place: Place;
}

/**
 * Reads `file` and its includes. Sections of one name are joined, the first value of an option holds,
 * so what a file says itself wins over what it includes.
 */
export function loadFiles(file: string, lookup: VariableLookup, found: FaultList): LoadedFiles {
  const loading: Loading = { lookup, found, files: [], sections: [], seen: new Set() };
  load(loading, { path: file, isNamed: true, place: { file } }, []);
  return { sections: mergeSections(loading.sections, found), files: loading.files };
}

function load(loading: Loading, included: Included, chain: readonly string[]): void {
  const real = realPath(included.path);
  if (chain.includes(real)) {
    if (included.isNamed) reportLoop(loading.found, included, chain);
    return;
  }
  // Twice by two ways is no loop; once is enough.
  if (loading.seen.has(real)) return;
  loading.seen.add(real);
  const text = readText(included, loading.found);
  if (text === undefined) return;
  loading.files.push(included.path);
  const sections = parseIni(text, included.path, loading.found);
  loading.sections.push(...sections);
  for (const next of findIncluded(sections, loading)) load(loading, next, [...chain, real]);
}

function reportLoop(found: FaultList, { path, place }: Included, chain: readonly string[]): void {
  const way = [...chain, chain[0] === path ? path : realPath(path)].join(' -> ');
  found.fault(place, `includes a file that includes this one: remove one of ${way}`);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function readText(included: Included, found: FaultList): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(included.path);
  } catch (error) {
    found.fault(included.place, `cannot be read: ${messageOf(error)}`);
    return undefined;
  }
  const text = bytes.toString('utf8');
  const line = firstBrokenLine(bytes, text);
  if (line !== undefined) {
    found.fault({ file: included.path, line }, 'is not UTF-8: save the file in that encoding');
  }
  return text;
}

/** The first line with bytes that are no UTF-8. A U+FFFD may also have been written on purpose. */
function firstBrokenLine(bytes: Buffer, text: string): number | undefined {
  if (Buffer.from(text, 'utf8').equals(bytes)) return undefined;
  return text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
}

function findIncluded(sections: readonly IniSection[], loading: Loading): Included[] {
  const entries = sections
    .filter((section) => section.name === 'circus')
    .flatMap((section) => section.entries);
  const named = entriesCalled(entries, 'include').flatMap((entry) => findNamed(entry, loading));
  const below = entriesCalled(entries, 'include_dir').flatMap((entry) =>
    findInFolder(entry, loading),
  );
  return [...named, ...below];
}

/** The first alone: of an option given twice the first value holds. */
function entriesCalled(entries: readonly IniEntry[], key: string): IniEntry[] {
  return entries.filter((entry) => entry.key.toLowerCase() === key).slice(0, 1);
}

function findNamed(entry: IniEntry, loading: Loading): Included[] {
  const place = { ...entry, section: 'circus' };
  return includeWords(entry, loading).flatMap(({ word, path }) => {
    const files = findFiles(path);
    if (files.length === 0)
      loading.found.warn(place, `${word} matches no file: nothing is included`);
    return files.map((file) => ({ path: file, isNamed: !hasPattern(word), place }));
  });
}

function findInFolder(entry: IniEntry, loading: Loading): Included[] {
  const place = { ...entry, section: 'circus' };
  return includeWords(entry, loading).flatMap(({ word, path }) => {
    const files = findBelow(path, '*.ini');
    if (files === undefined)
      loading.found.warn(place, `${word} is no directory: nothing is included`);
    else if (files.length === 0)
      loading.found.warn(place, `${word} has no *.ini file: nothing is included`);
    return (files ?? []).map((file) => ({ path: file, isNamed: false, place }));
  });
}

/** Words of the value, and what they mean as paths: relative to the file that has them. */
function includeWords(entry: IniEntry, loading: Loading): { word: string; path: string }[] {
  return substitute(entry.value, loading.lookup)
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => ({ word, path: resolve(dirname(entry.file), word) }));
}
