/** Watcher options by name: reading, checking, applying and showing them (protocol 2.4, 6.3). */
import {
  checkOption,
  defaultValues,
  findOption,
  type OptionEffect,
  type OptionRow,
  parseOption,
  printOption,
  printValue,
  quoteName,
  suggestName,
} from '#libs/options';
import { CircusError, isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import { findProbeProblems } from './probe-targets.ts';
import type { WatcherConfig } from './watcher-config.ts';
import {
  checkFamilyOption,
  type FamilyMember,
  familyOptionName,
  findFamily,
  parseFamilyOption,
  requireScalar,
  type StreamOptions,
} from './watcher-families.ts';
import { type WatcherOptions, watcherTable } from './watcher-table.ts';

/** A checked option: the name in its documented spelling, the value normalised. */
export interface WatcherSetting {
  readonly name: string;
  readonly value: Json;
  /** What has to happen when it is set at run time. */
  readonly effect: OptionEffect;
}

/** Every option at its default. */
export function defaultWatcherOptions(): WatcherOptions {
  return defaultValues(watcherTable);
}

/** Whether a name, in any case, is an option that circusd knows; others are free-form. */
export function isWatcherOption(name: string): boolean {
  return findOption(watcherTable, name) !== undefined || findFamily(name) !== undefined;
}

/** The known option that a free-form name may be a misspelling of. */
export function suggestWatcherOption(name: string): string | undefined {
  return suggestName(
    name,
    watcherTable.map((row) => row.name),
  );
}

/**
 * Reads an option's text, of a file or a command line. A name that nobody knows keeps its text: the
 * watcher may have such a free-form option, and the daemon checks that.
 *
 * @throws CircusError `invalid_message` that says what would be right
 */
export function parseWatcherOption(name: string, text: string): WatcherSetting {
  const row = findOption(watcherTable, name);
  if (row !== undefined) return settingOf(row, parseOption(row, text));
  const member = findFamily(name);
  if (member !== undefined) return memberSetting(member, parseFamilyOption(member, text));
  return { name, value: text, effect: 'manage' };
}

/**
 * Checks an option that came over the wire. `known` are the names of the free-form options that the
 * watcher has; only these can be set.
 *
 * @throws CircusError `invalid_message`: `unknown key 'zork'`, `'shell' isn't a valid boolean`
 */
export function checkWatcherOption(
  name: string,
  value: Json,
  { known = [] }: { known?: Iterable<string> } = {},
): WatcherSetting {
  const row = findOption(watcherTable, name);
  if (row !== undefined) return settingOf(row, checkOption(row, value));
  const member = findFamily(name);
  if (member !== undefined) return memberSetting(member, checkFamilyOption(member, value));
  for (const freeForm of known) {
    if (freeForm === name) return { name, value: requireScalar(name, value), effect: 'manage' };
  }
  throw new CircusError('invalid_message', `unknown key ${quoteName(name)}`);
}

function settingOf(row: OptionRow, value: Json): WatcherSetting {
  return { name: row.name, value, effect: row.effect ?? 'manage' };
}

function memberSetting(member: FamilyMember, value: Json): WatcherSetting {
  const isStream = member.family === 'stream' || member.family === 'streams';
  return { name: familyOptionName(member), value, effect: isStream ? 'stream' : 'manage' };
}

/**
 * The configuration with one option replaced. `setting` comes from `parseWatcherOption` or
 * `checkWatcherOption`. What options mean to each other is `requireConsistent`'s matter.
 */
export function applyWatcherOption(config: WatcherConfig, setting: WatcherSetting): WatcherConfig {
  const { name, value } = setting;
  if (findOption(watcherTable, name) !== undefined) return applyRow(config, name, value);
  const member = findFamily(name);
  if (member !== undefined) return applyMember(config, member, value);
  return { ...config, freeForm: { ...config.freeForm, ...entry(name, printValue(value)) } };
}

/** As `applyWatcherOption`, for what a command sets: it is marked as set at run time. */
export function setWatcherOption(config: WatcherConfig, setting: WatcherSetting): WatcherConfig {
  const origins = { ...config.origins, ...entry(setting.name, 'runtime') };
  return applyWatcherOption({ ...config, origins }, setting);
}

function applyRow(config: WatcherConfig, name: string, value: Json): WatcherConfig {
  const options = { ...config.options, ...entry(name, value) };
  if (name === 'copy_env') return { ...config, options, isEnvReplaced: false };
  if (name !== 'env') return { ...config, options };
  return { ...config, options, env: textRecord(value), isEnvReplaced: true };
}

function applyMember(config: WatcherConfig, member: FamilyMember, value: Json): WatcherConfig {
  switch (member.family) {
    case 'rlimit': {
      const limit = typeof value === 'number' ? value : null;
      return { ...config, rlimits: { ...config.rlimits, ...entry(member.limit, limit) } };
    }
    case 'hook':
      return { ...config, hooks: { ...config.hooks, ...entry(member.hook, printValue(value)) } };
    case 'hooks':
      return { ...config, hooks: { ...config.hooks, ...textRecord(value) } };
    case 'streams':
      return withStream(config, member.stream, textRecord(value));
    case 'stream': {
      const before = config.streams[member.stream];
      return withStream(config, member.stream, {
        ...before,
        ...entry(member.key, printValue(value)),
      });
    }
  }
}

function withStream(
  config: WatcherConfig,
  stream: 'stdout' | 'stderr',
  options: StreamOptions,
): WatcherConfig {
  return { ...config, streams: { ...config.streams, [stream]: options } };
}

/** A record of one; unlike an assignment it makes `__proto__` a name like any other. */
function entry<T>(name: string, value: T): Record<string, T> {
  return Object.fromEntries([[name, value]]);
}

function textRecord(value: Json): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, printValue(item)]));
}

/** Options that contradict each other; each with the option to change. */
export function findContradictions(config: WatcherConfig): { name: string; message: string }[] {
  const { options } = config;
  const found: { name: string; message: string }[] = [];
  if (options.singleton && options.numprocesses > 1) {
    found.push({ name: 'numprocesses', message: 'a singleton has 0 or 1 processes' });
  }
  for (const name of ['copy_path', 'virtualenv'] as const) {
    if (options[name] && !options.copy_env) found.push({ name, message: 'needs copy_env = True' });
  }
  if (options.listen_fds && !options.use_sockets) {
    found.push({ name: 'listen_fds', message: 'needs use_sockets = True' });
  }
  return [...found, ...findProbeProblems(config)];
}

/**
 * Refuses a configuration whose options contradict each other.
 *
 * @throws CircusError `invalid_message` with all contradictions
 */
export function requireConsistent(config: WatcherConfig): WatcherConfig {
  const found = findContradictions(config);
  if (found.length === 0) return config;
  const reasons = found.map(({ name, message }) => `${quoteName(name)}: ${message}`);
  throw new CircusError('invalid_message', reasons.join('; '));
}

/**
 * What `options` shows, keys sorted (protocol 2.3): the original's keys, our own options, whatever
 * else differs from its default, limits and hooks that are set, and the free-form options.
 */
export function describeOptions(config: WatcherConfig): JsonObject {
  const shown: [string, Json][] = Object.entries(config.freeForm);
  for (const row of watcherTable as readonly OptionRow[]) {
    const value = optionValue(config, row.name);
    if (!row.isShownWhenSet || value !== row.default) shown.push([row.name, value]);
  }
  for (const [limit, value] of Object.entries(config.rlimits))
    shown.push([`rlimit_${limit}`, value]);
  for (const [hook, value] of Object.entries(config.hooks)) shown.push([`hooks.${hook}`, value]);
  for (const stream of ['stdout', 'stderr'] as const) {
    shown.push([`${stream}_stream_conf`, withoutClass(config.streams[stream])]);
  }
  return Object.fromEntries(shown.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function optionValue(config: WatcherConfig, name: string): Json {
  if (name === 'env') return config.env;
  const values: Readonly<Record<string, Json>> = config.options;
  return values[name] ?? null;
}

function withoutClass(options: StreamOptions = {}): StreamOptions {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key !== 'class'));
}

/** One value of `options` as the console prints it; `name` may be free-form. */
export function printWatcherOption(name: string, value: Json): string {
  const row = findOption(watcherTable, name);
  try {
    return row === undefined ? printValue(value) : printOption(row, checkOption(row, value));
  } catch {
    // A daemon of another release may send a value that is none of the row's kind.
    return printValue(value);
  }
}
