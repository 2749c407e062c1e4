/** docs/reference/plugins.md: the built-in plugins and their options, from their tables. */
import type { OptionRow, OptionTable } from '#libs/options';
import { builtIns } from './built-ins.ts';
import { code, pageHead, table } from './markdown.ts';
import { defaultOf, rangeOf, typeOf } from './options-page.ts';

/** The whole page. */
export function pluginsPage(): string {
  return [
    pageHead('Plugins', 'the option tables of services/plugin-runner/catalog'),
    `What the sections \`[plugin:NAME]\` of built-in plugins can hold. Options of a watcher hold in them
too; [Plugins](../plugins.md) tells how plugins run, and how to write one.`,
    ...builtIns.map((plugin) => pluginPart(plugin)),
    '',
  ].join('\n\n');
}

function pluginPart(plugin: (typeof builtIns)[number]): string {
  const rows: OptionTable = plugin.options;
  return [
    `## ${plugin.name}`,
    code(`use = ${plugin.classPath}`),
    plugin.summary,
    table(['Option', 'Type', 'Default', 'What it is'], rows.map(rowOf)),
  ].join('\n\n');
}

function rowOf(row: OptionRow): string[] {
  const type = [typeOf(row.kind), rangeOf(row)].filter(Boolean).join(', ');
  return [code(row.name), type, code(defaultOf(row)), row.doc];
}
