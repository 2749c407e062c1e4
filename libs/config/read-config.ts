/** Reads a whole configuration and finds every static fault of it in one go. */
import { suggestName } from '#libs/options';
import type { CircusOptions } from './circus-options.ts';
import { refuseCompanionNames } from './companions.ts';
import { findDependencyProblems } from './depends-on.ts';
import { type OwnEnvironment, readCommonEnv } from './environment.ts';
import { type ConfigFault, FaultList } from './fault.ts';
import { loadFiles } from './include.ts';
import type { IniSection } from './ini-file.ts';
import { readCircus } from './read-circus.ts';
import { type PluginConfig, readPlugin } from './read-plugin.ts';
import { readSocket, type SocketConfig } from './read-socket.ts';
import { type ConfigChecks, readWatcher, type WatcherSources } from './read-watcher.ts';
import { environmentVariables, type VariableLookup } from './variables.ts';
import type { WatcherConfig } from './watcher-config.ts';

/** A configuration as files describe it; each list is sorted by name. */
export interface CircusConfig {
  readonly file: string;
  /** All files that were read, includes too; the main one first. */
  readonly files: readonly string[];
  readonly circus: CircusOptions;
  readonly watchers: readonly WatcherConfig[];
  readonly plugins: readonly PluginConfig[];
  readonly sockets: readonly SocketConfig[];
}

/** A configuration and what is to be said about it. */
export interface ConfigReading {
  /** To be used only when there are no faults. */
  readonly config: CircusConfig;
  readonly faults: readonly ConfigFault[];
  readonly warnings: readonly ConfigFault[];
}

/**
 * Reads a configuration file with its includes. Mistakes in it, a missing file among them, are told
 * in `faults`, all at once and in the order of the files; nothing is thrown for them.
 */
export function readConfig(
  file: string,
  environment: OwnEnvironment,
  checks: ConfigChecks = {},
): ConfigReading {
  // A plain copy: each look at process.env goes to the C library.
  const ownEnv = { ...environment };
  const found = new FaultList();
  const { sections, files } = loadFiles(file, environmentVariables(ownEnv), found);
  const common = environmentVariables({ ...ownEnv, ...readCommonEnv(sections, ownEnv) });
  const sockets = readSockets(sections, common, { checks, found });
  const socketNames = sockets.map(({ name }) => name);
  // Each watcher looks through these: all sections would be as many looks as watchers, squared.
  const envSections = sections.filter(({ name }) => name === 'env' || name.startsWith('env:'));
  const sources = { envSections, ownEnv, checks, found, socketNames };
  const config = {
    file,
    files,
    circus: readCircus(sections, common, sources),
    watchers: readWatchers(sections, sources),
    plugins: readPlugins(sections, common, sources),
    sockets,
  };
  refuseCompanionNames(sections, config, found);
  warnOfUnknownSections(sections, found);
  return {
    config,
    faults: inFileOrder(found.faults, files),
    warnings: inFileOrder(found.warnings, files),
  };
}

function readWatchers(sections: readonly IniSection[], sources: WatcherSources): WatcherConfig[] {
  const named = namedSections(sections, 'watcher:', sources.found);
  const watchers = named.map(({ name, section }) => readWatcher(name, section, sources));
  for (const { key, message } of findDependencyProblems(watchers)) {
    const section = named.find(({ name }) => name.toLowerCase() === key)?.section;
    if (section === undefined) continue;
    const entry = section.entries.findLast((one) => one.key.toLowerCase() === 'depends_on');
    const { file, line } = section;
    sources.found.fault({ file, line, ...entry, section: section.name }, message);
  }
  return watchers.sort(byName);
}

function readSockets(
  sections: readonly IniSection[],
  lookup: VariableLookup,
  sources: Pick<WatcherSources, 'checks' | 'found'>,
): SocketConfig[] {
  const named = namedSections(sections, 'socket:', sources.found);
  return named
    .map(({ name, section }) => readSocket(name, section, { ...sources, lookup }))
    .sort(byName);
}

/** Sections of a kind whose names are looked up in any case, so that two may not differ in it only. */
function namedSections(
  sections: readonly IniSection[],
  prefix: string,
  found: FaultList,
): { name: string; section: IniSection }[] {
  const seen = new Map<string, IniSection>();
  const named = sectionsOf(sections, prefix);
  for (const { name, section } of named) {
    const place = { file: section.file, line: section.line, section: section.name };
    const other = seen.get(name.toLowerCase());
    if (name.trim() === '') {
      found.fault(place, `has no name: write [${prefix}NAME]`);
    } else if (other !== undefined) {
      found.fault(
        place,
        `has the name of [${other.name}] (${other.file}:${other.line}), case does not count: rename one`,
      );
    }
    seen.set(name.toLowerCase(), section);
  }
  return named;
}

/** Plugins are watchers too, so their names may not meet. */
function readPlugins(
  sections: readonly IniSection[],
  lookup: VariableLookup,
  sources: WatcherSources,
): PluginConfig[] {
  const watchers = new Map(
    sectionsOf(sections, 'watcher:').map(({ name, section }) => [name.toLowerCase(), section]),
  );
  const named = namedSections(sections, 'plugin:', sources.found);
  for (const { section } of named) {
    const { file, line, name } = section;
    const other = watchers.get(name.toLowerCase());
    if (other === undefined) continue;
    const place = `${other.file}:${other.line}`;
    sources.found.fault(
      { file, line, section: name },
      `runs as the watcher '${name}', and [${other.name}] (${place}) has that name: rename one`,
    );
  }
  return named.map(({ name, section }) => readPlugin(name, section, lookup, sources)).sort(byName);
}

/** Sections of a kind with their names; one without options is as if it were not there. */
function sectionsOf(
  sections: readonly IniSection[],
  prefix: string,
): { name: string; section: IniSection }[] {
  return sections
    .filter((section) => section.name.startsWith(prefix) && section.entries.length > 0)
    .map((section) => ({ name: section.name.slice(prefix.length), section }));
}

const sectionKinds = ['circus', 'env', 'env:', 'watcher:', 'plugin:', 'socket:'];

/** Other programs may keep sections here; one that looks like ours is worth a word. */
function warnOfUnknownSections(sections: readonly IniSection[], found: FaultList): void {
  for (const { name, file, line } of sections) {
    const kind = name.includes(':') ? name.slice(0, name.indexOf(':') + 1) : name;
    if (sectionKinds.includes(kind)) continue;
    const meant = suggestName(kind, sectionKinds);
    if (meant === undefined) continue;
    const shown = meant.endsWith(':') ? `${meant}NAME` : meant;
    found.warn({ file, line, section: name }, `is unknown and ignored: did you mean [${shown}]?`);
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function inFileOrder(faults: readonly ConfigFault[], files: readonly string[]): ConfigFault[] {
  return [...faults].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || (a.line ?? 0) - (b.line ?? 0),
  );
}
