/** Makes a watcher's configuration of its section, or of what the `add` command says. */
import { quoteName } from '#libs/options';
import { CircusError, type Json, type JsonObject, messageOf } from '#libs/protocol';
import { expandNames, type OwnEnvironment, readWatcherEnv } from './environment.ts';
import type { FaultList, Place } from './fault.ts';
import { parseHook } from './hook.ts';
import { type IniEntry, type IniSection, warnOfRepeated } from './ini-file.ts';
import { splitWords } from './shell-words.ts';
import { findSocketNames, findSocketProblems } from './socket-names.ts';
import { environmentVariables, substitute, type VariableLookup } from './variables.ts';
import type { WatcherConfig } from './watcher-config.ts';
import { type StreamOptions, streamProblem } from './watcher-families.ts';
import {
  applyWatcherOption,
  checkWatcherOption,
  defaultWatcherOptions,
  findContradictions,
  isWatcherOption,
  parseWatcherOption,
  requireConsistent,
  setWatcherOption,
  suggestWatcherOption,
  type WatcherSetting,
} from './watcher-options.ts';

/**
 * What only the daemon's libraries can tell about a value. Each gives what is wrong, or `undefined`
 * when the value is right.
 */
export interface ConfigChecks {
  user?(name: string | number): string | undefined;
  group?(name: string | number): string | undefined;
  /** The options of a stream; gives every one that is wrong, by its key. */
  stream?(options: StreamOptions): readonly { readonly key: string; readonly message: string }[];
  /** The `proto` of a socket. */
  protocol?(name: string | number): string | undefined;
}

/** What reading a section needs of the rest of the configuration. */
export interface WatcherSources {
  /** `[env]` and `[env:PATTERNS]`, in file order. */
  readonly envSections: readonly IniSection[];
  readonly ownEnv: OwnEnvironment;
  readonly checks: ConfigChecks;
  readonly found: FaultList;
  /** Of all managed sockets, in lower case. */
  readonly socketNames: readonly string[];
}

/** A watcher with every option at its default. */
export function emptyWatcher(name: string): WatcherConfig {
  const options = defaultWatcherOptions();
  const nothing = { freeForm: {}, rlimits: {}, streams: {}, hooks: {}, env: {}, origins: {} };
  return { name, options, ...nothing, isEnvReplaced: false };
}

/** Reads `[watcher:NAME]`. Options with a fault stay at their default. */
export function readWatcher(
  name: string,
  section: IniSection,
  sources: WatcherSources,
): WatcherConfig {
  const { ownEnv, envSections } = sources;
  const sectionEnv = readWatcherEnv(name, envSections, ownEnv);
  const lookup = environmentVariables({ ...ownEnv, ...sectionEnv });
  const settings = readSettings(section, lookup, sources.found);
  let config = emptyWatcher(name);
  for (const { setting } of settings.values()) config = applyWatcherOption(config, setting);
  const ownValues = Object.entries(config.options.env).map(([key, value]) => [
    key,
    expandNames(value, ownEnv),
  ]);
  const env = { ...Object.fromEntries(ownValues), ...sectionEnv };
  const complete = {
    ...config,
    env,
    isEnvReplaced: false,
    origins: originsOf(settings, sectionEnv),
  };
  checkWatcher(complete, section, settings, sources);
  return complete;
}

/** Names are in the topic of every event and in every list. Characters. */
const longestName = 255;

/** What is wrong with the name of a watcher, if anything; that it is not empty is known. */
function nameProblem(name: string): string | undefined {
  if (/\p{Cc}/u.test(name)) return `has a control character: ${JSON.stringify(name)}`;
  if (name.length <= longestName) return undefined;
  return `is ${name.length} characters long: use at most ${longestName}`;
}

/** The options of a section by their documented names, and where they stand. */
type Settings = ReadonlyMap<string, { readonly setting: WatcherSetting; readonly entry: IniEntry }>;

function originsOf(
  settings: Settings,
  sectionEnv: Readonly<Record<string, string>>,
): WatcherConfig['origins'] {
  const origins = [...settings].map(([name, { entry }]) => [name, `${entry.file}:${entry.line}`]);
  const fromSections = Object.keys(sectionEnv).length > 0 ? { env: 'env sections' } : {};
  return { ...fromSections, ...Object.fromEntries(origins) };
}

function readSettings(section: IniSection, lookup: VariableLookup, found: FaultList): Settings {
  const settings = new Map<string, { setting: WatcherSetting; entry: IniEntry }>();
  for (const entry of section.entries) {
    const place = { ...entry, section: section.name };
    try {
      const setting = parseWatcherOption(entry.key, substitute(entry.value, lookup));
      const first = settings.get(setting.name);
      if (first === undefined) settings.set(setting.name, { setting, entry });
      else warnOfRepeated(first.entry, entry, section, found);
      warnOfMisspelling(entry.key, place, found);
    } catch (error) {
      found.fault(place, messageOf(error));
    }
  }
  return settings;
}

function warnOfMisspelling(key: string, place: Place, found: FaultList): void {
  // With a dot it is an option of a plugin for this watcher: flapping.window is not flapping_window.
  if (isWatcherOption(key) || key.includes('.')) return;
  const suggestion = suggestWatcherOption(key);
  if (suggestion === undefined) return;
  found.warn(
    place,
    `is no option of circusd and only kept for plugins: did you mean ${suggestion}?`,
  );
}

/** What can be judged only when all options are known. */
function checkWatcher(
  config: WatcherConfig,
  section: IniSection,
  settings: Settings,
  { checks, found, socketNames }: WatcherSources,
): void {
  const placeOf = (option: string): Place => ({
    ...placeOfSection(section),
    ...settings.get(option)?.entry,
  });
  const problem = nameProblem(config.name);
  if (problem !== undefined) found.fault(placeOfSection(section), `the name ${problem}`);
  for (const { name, message } of findContradictions(config)) found.fault(placeOf(name), message);
  for (const { option, message } of findSocketProblems(config, socketNames)) {
    found.fault(placeOf(option), message);
  }
  warnOfNotInherited(config, placeOf, found);
  for (const [hook, text] of Object.entries(config.hooks)) {
    if (parseHook(text)?.kind !== 'unknown') continue;
    const message = 'is a callable of Python, so the hook will fail';
    const remedy = 'write exec:command, or ./file.js#function';
    found.warn(placeOf(`hooks.${hook}`), `${message}: ${remedy}`);
  }
  const { uid, gid, cmd, args, shell, shell_args } = config.options;
  const problems: [option: string, fault: string | undefined][] = [
    ['uid', uid === null ? undefined : checks.user?.(uid)],
    ['gid', gid === null ? undefined : checks.group?.(gid)],
  ];
  for (const stream of ['stdout', 'stderr'] as const) {
    const options = config.streams[stream];
    const fault = streamFault(options);
    problems.push([streamOption(stream, settings), fault]);
    if (options === undefined || fault !== undefined) continue;
    for (const { key, message } of checks.stream?.(options) ?? []) {
      const option = `${stream}_stream.${key}`;
      problems.push([settings.has(option) ? option : streamOption(stream, settings), message]);
    }
  }
  for (const [option, fault] of problems) {
    if (fault !== undefined) found.fault(placeOf(option), fault);
  }
  if (cmd === '' && args.length === 0) {
    found.warn(placeOfSection(section), 'has no cmd, so it cannot start: write cmd = ...');
  }
  const lines = Object.entries(shell ? { shell_args } : { cmd, args });
  for (const [option, line] of lines) {
    if (typeof line === 'string') warnOfQuotes(line, placeOf(option), found);
  }
}

function warnOfNotInherited(
  config: WatcherConfig,
  placeOf: (option: string) => Place,
  found: FaultList,
): void {
  if (config.options.use_sockets) return;
  for (const { option, name } of findSocketNames(config)) {
    if (option === 'stdin_socket') continue;
    const message = `names socket '${name}', which the processes do not inherit`;
    found.warn(placeOf(option), `${message}: write use_sockets = True`);
  }
}

/** A variable's value may still close the quote, so this is told and not refused. */
function warnOfQuotes(line: string, place: Place, found: FaultList): void {
  try {
    splitWords(line);
  } catch (error) {
    found.warn(place, `cannot be split into words, so it will not start: ${messageOf(error)}`);
  }
}

function placeOfSection(section: IniSection): Place {
  return { file: section.file, line: section.line, section: section.name };
}

function streamOption(stream: string, settings: Settings): string {
  const option = `${stream}_stream.class`;
  if (settings.has(option)) return option;
  return [...settings.keys()].find((name) => name.startsWith(`${stream}_stream.`)) ?? option;
}

function streamFault(stream: StreamOptions | undefined): string | undefined {
  if (stream === undefined || 'class' in stream || 'filename' in stream) return undefined;
  return `a stream ${streamProblem}`;
}

/**
 * Makes the watcher that the `add` command describes, by the tables that read files.
 *
 * @param known - names of free-form options, which are kept for plugins
 * @throws CircusError `invalid_message`: no name, an unknown option, a wrong type, or options that
 *   contradict each other
 */
export function createWatcherConfig(
  name: string,
  cmd: Json,
  args: Json,
  options: JsonObject,
  known: readonly string[] = [],
): WatcherConfig {
  if (name.trim() === '') throw new CircusError('invalid_message', "'name' is empty");
  const problem = nameProblem(name);
  if (problem !== undefined) throw new CircusError('invalid_message', `'name' ${problem}`);
  let config = emptyWatcher(name);
  for (const [key, value] of Object.entries({ cmd, args, ...options })) {
    config = setWatcherOption(config, checkWatcherOption(key, value, { known }));
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const problem = streamFault(config.streams[stream]);
    if (problem === undefined) continue;
    throw new CircusError('invalid_message', `${quoteName(`${stream}_stream`)} ${streamProblem}`);
  }
  return requireConsistent({ ...config, isEnvReplaced: false });
}
