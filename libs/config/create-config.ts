/** A configuration that a program describes instead of a file (manual 5.9), read by the same tables. */
import { checkOption, findOption, printValue, quoteName, withDefaults } from '#libs/options';
import { CircusError, type Json, type JsonObject, messageOf } from '#libs/protocol';
import { type CircusOptions, circusTable } from './circus-options.ts';
import { findDependencyProblems } from './depends-on.ts';
import { FaultList } from './fault.ts';
import type { IniSection } from './ini-file.ts';
import type { CircusConfig } from './read-config.ts';
import { readPlugin } from './read-plugin.ts';
import { readSocket } from './read-socket.ts';
import { type ConfigChecks, createWatcherConfig } from './read-watcher.ts';
import { requireSockets } from './socket-names.ts';
import { environmentVariables } from './variables.ts';
import type { WatcherConfig } from './watcher-config.ts';

/** What a program describes; options have the names and values that `set` takes. */
export interface ConfigDescription {
  /** Options of `[circus]`. */
  readonly circus: JsonObject;
  /** By name; each has `cmd`, and `args` if any. */
  readonly watchers: readonly (readonly [name: string, options: JsonObject])[];
  readonly sockets: readonly (readonly [name: string, options: JsonObject])[];
  /** Each has `use` or `cmd`, and what the plugin is told. */
  readonly plugins: readonly (readonly [name: string, values: JsonObject])[];
}

/** Gathers what is wrong, each with the thing that it is wrong with. */
class Problems {
  readonly #lines: string[] = [];

  add(what: string, message: string): void {
    this.#lines.push(`${what}: ${message}`);
  }

  /** What `make` gives, or nothing after its error was noted. */
  attempt<T>(what: string, make: () => T): T[] {
    try {
      return [make()];
    } catch (error) {
      this.add(what, messageOf(error));
      return [];
    }
  }

  /** @throws CircusError `invalid_message` with all of them */
  throw(): void {
    if (this.#lines.length > 0) throw new CircusError('invalid_message', this.#lines.join('\n'));
  }
}

/**
 * Makes the configuration. Whoever embeds an arbiter says nothing of files, so `files` is empty.
 *
 * @throws CircusError `invalid_message` with everything that is wrong, a line each
 */
export function createConfig(
  { circus, watchers, sockets, plugins }: ConfigDescription,
  checks: ConfigChecks,
): CircusConfig {
  const problems = new Problems();
  const config = {
    file: 'the program',
    files: [],
    circus: createCircus(circus, problems),
    watchers: watchers.flatMap(([name, options]) =>
      problems.attempt(`watcher ${quoteName(name)}`, () => createWatcher(name, options, checks)),
    ),
    sockets: sockets.map(([name, options]) => {
      const section = sectionOf(`socket:${name}`, options);
      return withFaults(problems, (found) =>
        readSocket(name, section, { lookup: ownVariables(), checks, found }),
      );
    }),
    plugins: plugins.map(([name, values]) => {
      const section = sectionOf(`plugin:${name}`, values);
      return withFaults(problems, (found) => {
        const sources = { envSections: [], ownEnv: process.env, checks, found, socketNames: [] };
        return readPlugin(name, section, ownVariables(), sources);
      });
    }),
  };
  refuseDoubleNames(watchers, problems);
  checkRelations(config, problems);
  problems.throw();
  return config;
}

/** A watcher of its own. @throws CircusError `invalid_message` */
export function createWatcher(
  name: string,
  { cmd = '', args = '', ...options }: JsonObject,
  checks: ConfigChecks = {},
): WatcherConfig {
  // With a dot it is an option of a plugin for this watcher: flapping.window.
  const forPlugins = Object.keys(options).filter((key) => key.includes('.'));
  const config = createWatcherConfig(name, cmd, args, options, forPlugins);
  const { uid, gid } = config.options;
  const faults = [
    uid === null ? undefined : checks.user?.(uid),
    gid === null ? undefined : checks.group?.(gid),
    ...Object.values(config.streams).flatMap((stream) =>
      (checks.stream?.(stream) ?? []).map(({ key, message }) => `${quoteName(key)} ${message}`),
    ),
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) throw new CircusError('invalid_message', faults.join('; '));
  return config;
}

function createCircus(options: JsonObject, problems: Problems): CircusOptions {
  const values = new Map<string, Json>();
  for (const [name, value] of Object.entries(options)) {
    const row = findOption(circusTable, name);
    if (row === undefined) problems.add(quoteName(name), 'is no option of an arbiter');
    else {
      for (const checked of problems.attempt(quoteName(name), () => checkOption(row, value))) {
        values.set(name, checked);
      }
    }
  }
  return withDefaults(circusTable, values);
}

function sectionOf(name: string, options: JsonObject): IniSection {
  const place = { file: 'the program', line: 0 };
  const entries = Object.entries(options).map(([key, value]) => {
    return { key, value: printValue(value), ...place };
  });
  return { name, entries, ...place };
}

function ownVariables(): (name: string) => string | undefined {
  return environmentVariables({ ...process.env });
}

function withFaults<T>(problems: Problems, read: (found: FaultList) => T): T {
  const found = new FaultList();
  const made = read(found);
  for (const { section, key, message } of found.faults) {
    problems.add([section, key].filter((part) => part !== null).join(' '), message);
  }
  return made;
}

function refuseDoubleNames(watchers: ConfigDescription['watchers'], problems: Problems): void {
  const seen = new Set<string>();
  for (const [name] of watchers) {
    const key = name.toLowerCase();
    if (seen.has(key)) problems.add(`watcher ${quoteName(name)}`, 'is there twice: rename one');
    seen.add(key);
  }
}

function checkRelations({ watchers, sockets }: CircusConfig, problems: Problems): void {
  const names = sockets.map(({ name }) => name);
  for (const watcher of watchers) {
    problems.attempt(`watcher ${quoteName(watcher.name)}`, () => requireSockets(watcher, names));
  }
  for (const { key, message } of findDependencyProblems(watchers)) {
    problems.add(`watcher ${quoteName(key)}: depends_on`, message);
  }
}
