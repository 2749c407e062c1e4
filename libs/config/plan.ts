/** What `reloadconfig` would do (protocol 7.9): the differences between two readings of the files. */
import { isDeepStrictEqual } from 'node:util';
import type { OptionRow } from '#libs/options';
import type { Json } from '#libs/protocol';
import { circusTable } from './circus-options.ts';
import { copyOption, type OptionEntry, optionEntries } from './option-entries.ts';
import { planSockets, type SocketPlan } from './plan-sockets.ts';
import type { CircusConfig } from './read-config.ts';
import type { WatcherConfig } from './watcher-config.ts';

/** An option whose value is another one now; null: it is not there. */
export interface OptionChange {
  readonly name: string;
  readonly before: Json;
  readonly after: Json;
}

/** A watcher of both readings that differs. */
export interface WatcherChange {
  readonly key: string;
  readonly options: readonly OptionChange[];
  /** `reload`: its processes are replaced gracefully; `adjust`: they stay. */
  readonly action: 'adjust' | 'reload';
  /** The running configuration with what has changed in the files; the rest of it stays. */
  apply(running: WatcherConfig): WatcherConfig;
}

/** All that is to be done, and what stays. Keys of watchers, sorted. */
export interface ConfigPlan {
  readonly added: readonly WatcherConfig[];
  readonly removed: readonly string[];
  readonly changed: readonly WatcherChange[];
  readonly kept: readonly string[];
  /** Differences in `[circus]`. */
  readonly circus: readonly OptionChange[];
  readonly sockets: SocketPlan;
}

/**
 * Compares what was loaded with what the files say now. Watchers that are running and were never in
 * a file (`add`) go; what was set at run time does not count as a difference.
 */
export function planChanges(
  loaded: CircusConfig,
  running: readonly string[],
  next: CircusConfig,
): ConfigPlan {
  const before = byKey(loaded.watchers);
  const after = byKey(next.watchers);
  const present = new Set(running);
  const both = [...after].filter(([key]) => present.has(key));
  const compared = both.map(([key, config]) => compareWatchers(key, before.get(key), config));
  return {
    added: [...after].filter(([key]) => !present.has(key)).map(([, config]) => config),
    removed: running.filter((key) => !after.has(key)),
    changed: compared.filter(({ options }) => options.length > 0),
    kept: compared.filter(({ options }) => options.length === 0).map(({ key }) => key),
    circus: compareCircus(loaded, next),
    sockets: planSockets(loaded.sockets, next.sockets),
  };
}

function compareWatchers(
  key: string,
  before: WatcherConfig | undefined,
  after: WatcherConfig,
): WatcherChange {
  const old = before === undefined ? new Map<string, OptionEntry>() : optionEntries(before);
  const now = optionEntries(after);
  const changed = [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => !isDeepStrictEqual(old.get(name)?.value, now.get(name)?.value))
    .sort();
  const entries = changed.flatMap((name) => now.get(name) ?? old.get(name) ?? []);
  return {
    key,
    options: entries.map(({ name }) => changeOf(name, old, now)),
    action: entries.some(({ effect }) => effect !== 'manage') ? 'reload' : 'adjust',
    apply: (running) =>
      entries.reduce((config, entry) => copyOption(config, after, entry), {
        ...running,
        origins: mergeOrigins(running, after, changed),
      }),
  };
}

/** Where the files say so now, but for what was set at run time and the files have not changed. */
function mergeOrigins(
  running: WatcherConfig,
  after: WatcherConfig,
  changed: readonly string[],
): WatcherConfig['origins'] {
  const held = Object.entries(running.origins).filter(
    ([name, origin]) => origin === 'runtime' && !changed.includes(name),
  );
  return { ...after.origins, ...Object.fromEntries(held) };
}

function changeOf(
  name: string,
  old: ReadonlyMap<string, OptionEntry>,
  now: ReadonlyMap<string, OptionEntry>,
): OptionChange {
  return { name, before: old.get(name)?.value ?? null, after: now.get(name)?.value ?? null };
}

function compareCircus(loaded: CircusConfig, next: CircusConfig): OptionChange[] {
  const before: Readonly<Record<string, Json>> = loaded.circus;
  const after: Readonly<Record<string, Json>> = next.circus;
  return (circusTable as readonly OptionRow[])
    .map(({ name }) => ({ name, before: before[name] ?? null, after: after[name] ?? null }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}

function byKey(watchers: readonly WatcherConfig[]): Map<string, WatcherConfig> {
  return new Map(watchers.map((watcher) => [watcher.name.toLowerCase(), watcher]));
}
