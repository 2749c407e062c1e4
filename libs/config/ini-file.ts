/**
 * Reads ini text as the original does (protocol 6.1). The `ini` package alone reads eight things of it
 * another way and knows no lines, so the text is split here into logical lines with their places, and
 * each value is handed to `ini`, escaped, for decoding.
 */
import { unsafe } from 'ini';
import type { FaultList, Place } from './fault.ts';

/** One option with the place it was written at. */
export interface IniEntry {
  readonly key: string;
  readonly value: string;
  readonly file: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

/** One section; `[circus]` has the name `circus`. */
export interface IniSection {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** In the order of the file. */
  readonly entries: readonly IniEntry[];
}

/** What the lines read so far have left open. */
interface Reader {
  readonly file: string;
  readonly found: FaultList;
  readonly sections: OpenSection[];
  /** Faults that were told already, and of which one a file is enough. */
  readonly told: Set<'NUL' | 'no section'>;
}

interface OpenSection extends IniSection {
  readonly entries: OpenEntry[];
}

interface OpenEntry extends Omit<IniEntry, 'value'> {
  value: string;
}

/**
 * Reads a text; sections that are written twice appear twice. Faults go to `found`, and what can be
 * understood is given back nevertheless.
 */
export function parseIni(text: string, file: string, found: FaultList): IniSection[] {
  const reader: Reader = { file, found, sections: [], told: new Set() };
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  lines.forEach((line, index) => {
    readLine(reader, line, index + 1);
  });
  return reader.sections.map(decodeSection);
}

/**
 * Joins sections of the same name, of one file or several, where the first stands. Of an option that
 * is given twice the first value holds.
 */
export function mergeSections(sections: readonly IniSection[], found: FaultList): IniSection[] {
  const merged = new Map<string, IniSection & { readonly entries: IniEntry[] }>();
  for (const section of sections) {
    const first = merged.get(section.name);
    if (first === undefined)
      merged.set(section.name, { ...section, entries: [...section.entries] });
    else for (const entry of section.entries) first.entries.push(entry);
  }
  return [...merged.values()].map((section) => dropRepeated(section, found));
}

function dropRepeated(section: IniSection, found: FaultList): IniSection {
  const firsts = new Map<string, IniEntry>();
  for (const entry of section.entries) {
    const first = firsts.get(entry.key);
    if (first === undefined) firsts.set(entry.key, entry);
    else warnOfRepeated(first, entry, section, found);
  }
  return { ...section, entries: [...firsts.values()] };
}

/** To say in one file what another one says differently is what includes are for. */
export function warnOfRepeated(
  first: IniEntry,
  entry: IniEntry,
  section: IniSection,
  found: FaultList,
): void {
  if (first.file !== entry.file) return;
  const message = `is given twice and the first value holds, line ${first.line}: remove one`;
  found.warn({ ...entry, section: section.name }, message);
}

function readLine(reader: Reader, line: string, number: number): void {
  if (line.includes('\0')) {
    const message = 'has a NUL byte, so this may not be a text file: remove it';
    reportOnce(reader, 'NUL', { file: reader.file, line: number }, message);
  } else if (!isBlankOrComment(line)) {
    if (/^\s/.test(line)) continueValue(reader, line, number);
    else if (line.startsWith('[')) openSection(reader, line, number);
    else readOption(reader, line, number);
  }
}

/** Comments begin in column 0: a `#` further in belongs to the value that the line continues. */
function isBlankOrComment(line: string): boolean {
  return line.trim() === '' || /^[#;]/.test(line) || /^rem(\s|$)/i.test(line);
}

function continueValue(reader: Reader, line: string, number: number): void {
  const section = reader.sections.at(-1);
  const entry = section?.entries.at(-1);
  const place = { file: reader.file, line: number, value: line.trim() };
  if (section === undefined || entry === undefined) {
    const message =
      'a line that begins with white space continues a value, and none stands before it';
    reader.found.fault(
      { ...place, section: section?.name ?? null },
      `${message}: begin it in column 0`,
    );
    return;
  }
  entry.value += `\n${line.trim()}`;
  if (/^\s+[#;]/.test(line)) {
    const message = 'is taken into the value, because it begins with white space';
    const where = { ...place, section: section.name, key: entry.key };
    reader.found.warn(where, `${message}: begin a comment in column 0`);
  }
}

function openSection(reader: Reader, line: string, number: number): void {
  const end = closingBracket(line);
  const name = line.slice(1, end);
  const rest = line.slice(end + 1).trim();
  const place = { file: reader.file, line: number, value: line.trim() };
  if (end < 2) {
    reader.found.fault(place, 'is no section: write [name]');
  } else if (rest !== '' && !/^[#;]/.test(rest)) {
    reader.found.fault(place, 'has text after the section name: put it on a line of its own');
  }
  // Opened even so: its options would otherwise land in the section before.
  reader.sections.push({
    name: end < 2 ? line.trim().replace(/^\[|\]$/g, '') : name,
    file: reader.file,
    line: number,
    entries: [],
  });
}

/** The bracket that closes the first one: the name of `[env:web[12]]` has brackets of its own. */
function closingBracket(line: string): number {
  let depth = 0;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '[') depth += 1;
    if (line[at] === ']') depth -= 1;
    if (depth === 0) return at;
  }
  return line.indexOf(']');
}

function readOption(reader: Reader, line: string, number: number): void {
  const section = reader.sections.at(-1);
  const place = { file: reader.file, line: number, section: section?.name ?? null };
  const [, key, text] = /^([^:=\s][^:=]*)[:=](.*)$/s.exec(line) ?? [];
  if (section === undefined) {
    const message = 'stands before any section header: write [circus] or [watcher:NAME] above it';
    reportOnce(reader, 'no section', { ...place, value: line.trim() }, message);
  } else if (key === undefined || text === undefined) {
    reader.found.fault(
      { ...place, value: line.trim() },
      'is neither a section nor an option: write key = value',
    );
  } else {
    section.entries.push({
      key: key.trimEnd(),
      value: cutComment(text),
      file: reader.file,
      line: number,
    });
  }
}

function reportOnce(
  reader: Reader,
  what: 'NUL' | 'no section',
  place: Place,
  message: string,
): void {
  if (!reader.told.has(what)) reader.found.fault(place, message);
  reader.told.add(what);
}

/** Only the first `;` of a line can begin a comment, and only after white space. */
function cutComment(text: string): string {
  const at = text.indexOf(';');
  return (at > 0 && /\s/.test(text.charAt(at - 1)) ? text.slice(0, at) : text).trim();
}

function decodeSection(section: OpenSection): IniSection {
  return { ...section, entries: section.entries.map(decodeEntry) };
}

function decodeEntry(entry: OpenEntry): IniEntry {
  return { ...entry, value: decodeValue(entry.value) };
}

/**
 * `""` alone is the empty value. All other text is meant as it stands, quotes and backslashes too: in
 * JSON's quotes none of the package's rules touches it.
 */
function decodeValue(text: string): string {
  return unsafe(text === '""' ? text : JSON.stringify(text));
}
