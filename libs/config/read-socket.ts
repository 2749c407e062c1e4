/** Reads `[socket:NAME]` (protocol 6.4). */
import { isIP } from 'node:net';
import { findOption, parseOption, quoteName, suggestName, withDefaults } from '#libs/options';
import { type Json, messageOf } from '#libs/protocol';
import type { FaultList, Place } from './fault.ts';
import { type IniEntry, type IniSection, warnOfRepeated } from './ini-file.ts';
import type { ConfigChecks } from './read-watcher.ts';
import { type SocketOptions, socketTable } from './socket-options.ts';
import { substitute, type VariableLookup } from './variables.ts';

/** One managed socket as files describe it. */
export interface SocketConfig {
  /** In lower case, as it is looked up and shown. */
  readonly name: string;
  readonly options: SocketOptions;
  /** `file:line` of its section. */
  readonly origin: string;
}

/** What sun_path of the kernel holds, less the NUL that ends it. Bytes. */
const longestPath = 107;

/** What sections of sockets are read with. */
interface SocketSources {
  readonly lookup: VariableLookup;
  readonly checks: ConfigChecks;
  readonly found: FaultList;
}

/** Options of a section by their documented names, and where they stand. */
type Values = ReadonlyMap<string, { readonly value: Json; readonly entry: IniEntry }>;

/** Reads a section. Options with a fault stay at their default. */
export function readSocket(
  name: string,
  section: IniSection,
  { lookup, checks, found }: SocketSources,
): SocketConfig {
  const values = readValues(section, lookup, found);
  const written = withDefaults(
    socketTable,
    new Map([...values].map(([key, { value }]) => [key, value])),
  );
  const options: SocketOptions =
    written.path === null ? written : { ...written, family: 'AF_UNIX' };
  const placeOf = (option: string): Place => ({
    file: section.file,
    line: section.line,
    section: section.name,
    ...values.get(option)?.entry,
  });
  for (const [option, problem] of findProblems(options, checks)) {
    found.fault(placeOf(option), problem);
  }
  warnOfUnused(options, values, section, found);
  return { name: name.toLowerCase(), options, origin: `${section.file}:${section.line}` };
}

function readValues(section: IniSection, lookup: VariableLookup, found: FaultList): Values {
  const values = new Map<string, { value: Json; entry: IniEntry }>();
  for (const entry of section.entries) {
    const place = { ...entry, section: section.name };
    const row = findOption(socketTable, entry.key);
    const first = row === undefined ? undefined : values.get(row.name);
    if (row === undefined) {
      found.fault(place, unknownOption(entry.key));
    } else if (first !== undefined) {
      warnOfRepeated(first.entry, entry, section, found);
    } else {
      try {
        values.set(row.name, { value: parseOption(row, substitute(entry.value, lookup)), entry });
      } catch (error) {
        found.fault(place, messageOf(error));
      }
    }
  }
  return values;
}

function unknownOption(key: string): string {
  const names = socketTable.map((row) => row.name);
  const suggestion = suggestName(key, names);
  const remedy =
    suggestion === undefined ? `use one of ${names.join(', ')}` : `did you mean ${suggestion}?`;
  return `${quoteName(key)} is no option of a socket: ${remedy}`;
}

/** Each with the option to change. */
function findProblems(options: SocketOptions, checks: ConfigChecks): [string, string][] {
  const { family, path, proto, so_reuseport } = options;
  const problems: [string, string | undefined][] = [['proto', checks.protocol?.(proto)]];
  if (family === 'AF_UNIX') {
    problems.push(['path', pathProblem(path)]);
    if (so_reuseport) {
      problems.push(['so_reuseport', 'is for AF_INET and AF_INET6: a path has one socket only']);
    }
  } else {
    problems.push(['host', hostProblem(options)]);
  }
  return problems.filter((problem): problem is [string, string] => problem[1] !== undefined);
}

function pathProblem(path: string | null): string | undefined {
  if (path === null || path === '') return 'a UNIX socket needs one: write path = /run/NAME.sock';
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestPath) return undefined;
  return `has ${bytes} bytes, and the path of a socket has at most ${longestPath}: choose a shorter one`;
}

/** An address of the other family would only be found out by the kernel, in other words. */
function hostProblem({ host, family }: SocketOptions): string | undefined {
  const version = isIP(host);
  if (version === 6 && family === 'AF_INET') return 'is an IPv6 address: write family = AF_INET6';
  if (version === 4 && family === 'AF_INET6') return 'is an IPv4 address: write family = AF_INET';
  return undefined;
}

function warnOfUnused(
  { family, path }: SocketOptions,
  values: Values,
  section: IniSection,
  found: FaultList,
): void {
  const isUnix = family === 'AF_UNIX';
  const unused = isUnix ? ['interface'] : ['umask', 'replace'];
  if (path !== null) unused.push('host', 'port');
  for (const option of unused) {
    const entry = values.get(option)?.entry;
    if (entry === undefined) continue;
    const message = isUnix ? 'has no effect on a UNIX socket' : 'has no effect without a path';
    found.warn({ ...entry, section: section.name }, `${message}: remove it`);
  }
}
