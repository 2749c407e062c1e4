/** A watcher's configuration as a flat list of options by name, to compare and to copy single ones. */
import type { OptionEffect, OptionRow } from '#libs/options';
import type { Json } from '#libs/protocol';
import type { WatcherConfig } from './watcher-config.ts';
import { watcherTable } from './watcher-table.ts';

type Fields = Pick<WatcherConfig, 'freeForm' | 'rlimits' | 'hooks' | 'streams'>;

/** Options that are not rows of the table: which field holds them, and how their names begin. */
const families: readonly {
  readonly field: keyof Fields;
  readonly prefix: string;
  readonly suffix: string;
  readonly effect: OptionEffect;
}[] = [
  { field: 'rlimits', prefix: 'rlimit_', suffix: '', effect: 'reload' },
  { field: 'hooks', prefix: 'hooks.', suffix: '', effect: 'manage' },
  { field: 'streams', prefix: '', suffix: '_stream', effect: 'reload' },
  { field: 'freeForm', prefix: '', suffix: '', effect: 'manage' },
];

/** One option, where it is held, and what a new value needs when a file brings it. */
export interface OptionEntry {
  readonly name: string;
  readonly value: Json;
  readonly effect: OptionEffect;
  readonly field: 'options' | keyof Fields;
  /** Within the field. */
  readonly key: string;
}

/** Every option of a watcher, defaults included, by name. */
export function optionEntries(config: WatcherConfig): Map<string, OptionEntry> {
  const entries = new Map<string, OptionEntry>();
  for (const row of watcherTable as readonly OptionRow[]) {
    const values: Readonly<Record<string, Json>> = { ...config.options, env: config.env };
    const value = values[row.name] ?? null;
    const effect = row.effect ?? 'manage';
    entries.set(row.name, { name: row.name, value, effect, field: 'options', key: row.name });
  }
  for (const { field, prefix, suffix, effect } of families) {
    for (const [key, value] of Object.entries(config[field])) {
      const name = `${prefix}${key}${suffix}`;
      entries.set(name, { name, value, effect, field, key });
    }
  }
  return entries;
}

/** `target` with one option as `source` has it, which may be: not at all. */
export function copyOption(
  target: WatcherConfig,
  source: WatcherConfig,
  { field, key }: Pick<OptionEntry, 'field' | 'key'>,
): WatcherConfig {
  if (field === 'options' && key === 'env') {
    return { ...target, env: source.env, isEnvReplaced: source.isEnvReplaced };
  }
  const from: Readonly<Record<string, unknown>> = source[field];
  const others = Object.entries(target[field]).filter(([name]) => name !== key);
  const copied = key in from ? [[key, from[key]] as const] : [];
  return { ...target, [field]: Object.fromEntries([...others, ...copied]) };
}
