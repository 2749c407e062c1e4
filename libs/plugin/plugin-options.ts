/** Options of a plugin: its section, read by its table. */
import {
  findOption,
  type OptionTable,
  type OptionValues,
  parseOption,
  suggestName,
  withDefaults,
} from '#libs/options';
import { type Json, messageOf } from '#libs/protocol';

/** All that is wrong with a plugin's options. */
export class PluginOptionsError extends Error {
  override readonly name = 'PluginOptionsError';
}

/**
 * The values of a table; those that the section does not give are at their defaults.
 *
 * @throws PluginOptionsError some are wrong; it tells all of them
 */
export function readPluginOptions<const T extends OptionTable>(
  table: T,
  config: Readonly<Record<string, string>>,
): OptionValues<T> {
  const values = new Map<string, Json>();
  const problems: string[] = [];
  for (const [key, text] of Object.entries(config)) {
    const row = findOption(table, key);
    if (row === undefined) continue;
    try {
      values.set(row.name, parseOption(row, text));
    } catch (error) {
      problems.push(`${key} = ${text}: ${messageOf(error)}`);
    }
  }
  if (problems.length > 0) throw new PluginOptionsError(problems.join('; '));
  return withDefaults(table, values);
}

/** A line for each key that the table does not have, with the option that may have been meant. */
export function listUnknownOptions(table: OptionTable, keys: readonly string[]): string[] {
  const names = table.map(({ name }) => name);
  return keys
    .filter((key) => findOption(table, key) === undefined)
    .map((key) => {
      const meant = suggestName(key, names);
      const remedy = meant === undefined ? 'it is ignored' : `did you mean ${meant}?`;
      return `${key} is no option of this plugin: ${remedy}`;
    });
}
