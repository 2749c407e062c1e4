/** Reads `[plugin:NAME]` (manual 5.3.3): what the plugin is told, and the watcher that runs it. */
import type { IniEntry, IniSection } from './ini-file.ts';
import { readWatcher, type WatcherSources } from './read-watcher.ts';
import { splitWords } from './shell-words.ts';
import { substitute, type VariableLookup } from './variables.ts';
import type { WatcherConfig } from './watcher-config.ts';
import { isWatcherOption } from './watcher-options.ts';

/** One plugin as files describe it. */
export interface PluginConfig {
  /** What follows `plugin:`, as written. */
  readonly name: string;
  /** Every key of the section as written, variables replaced. */
  readonly values: Readonly<Record<string, string>>;
  /** Named `plugin:NAME`; that of a plugin with `use` has no command yet. */
  readonly watcher: WatcherConfig;
}

/** How a plugin's watcher differs from others unless its section says otherwise (protocol 5.1). */
const defaults: Readonly<Record<string, string>> = {
  priority: '1',
  singleton: 'True',
  copy_env: 'True',
  copy_path: 'True',
  // A watcher without a command is worth a warning; one with `use` gets its own later.
  cmd: 'circus-plugin',
};

/** What runs a plugin with `use` is ours to say: the section's own keys of these names are for it. */
const commandOptions: ReadonlySet<string> = new Set([
  'cmd',
  'args',
  'shell',
  'shell_args',
  'executable',
]);

/** Reads a section. Options of its watcher with a fault stay at their default. */
export function readPlugin(
  name: string,
  section: IniSection,
  lookup: VariableLookup,
  sources: WatcherSources,
): PluginConfig {
  const place = { file: section.file, line: section.line, section: section.name };
  const keys = section.entries.filter(({ value }) => value !== '').map(({ key }) => key);
  const [hasUse, hasCmd] = [keys.includes('use'), keys.includes('cmd')];
  if (!hasUse && !hasCmd) {
    const remedy = 'write use = path.to.Plugin, or cmd = what runs it';
    sources.found.fault(place, `does not say which plugin it is: ${remedy}`);
  } else if (hasUse && hasCmd) {
    sources.found.fault(place, 'has both use and cmd: remove one');
  }
  const entries = watcherEntries(section, hasUse);
  const watcher = readWatcher(section.name, { ...section, entries }, sources);
  const values = section.entries.map(({ key, value }) => [key, substitute(value, lookup)]);
  return { name, values: Object.fromEntries(values), watcher };
}

function watcherEntries(section: IniSection, hasUse: boolean): IniEntry[] {
  const { file, line } = section;
  const own = section.entries.filter(
    ({ key }) => isWatcherOption(key) && !(hasUse && commandOptions.has(key.toLowerCase())),
  );
  const given = new Set(own.map(({ key }) => key.toLowerCase()));
  const missing = Object.entries(defaults)
    .filter(([key]) => !given.has(key))
    .map(([key, value]) => ({ key, value, file, line }));
  return [...own, ...missing];
}

/** Keys that say how the plugin is run, and are nothing to it. */
const launchKeys: ReadonlySet<string> = new Set(['use', 'cmd', 'args']);

/** What the plugin is told: its section without what says how it is run. All values are texts. */
export function pluginValues({ values }: PluginConfig): Record<string, string> {
  const told = Object.entries(values).filter(
    ([key]) => !(launchKeys.has(key) && (key === 'use' || 'cmd' in values)),
  );
  return Object.fromEntries(told.map(([key, value]) => [key, unquote(value)]));
}

/**
 * The original hands values over in a command line, so quotes around a whole value vanish there and
 * existing files have them.
 */
function unquote(value: string): string {
  if (!/^(".*"|'.*')$/s.test(value)) return value;
  try {
    const [word, ...more] = splitWords(value);
    return word === undefined || more.length > 0 ? value : word;
  } catch {
    return value;
  }
}
