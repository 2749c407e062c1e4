import { formatFaults, printWatcherOption, readConfig } from '#libs/config';
import { isJsonObject } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { requireWatcher } from '../select.ts';
import { twoColumns } from '../two-columns.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Beyond the manual: where every option of a watcher comes from. */
export const config = defineCommand({
  name: 'config',
  summary: 'Get the options of a watcher and where they were set',
  description: `Every option of a watcher with its value and its origin: file and line, \`runtime\` for
what add, set, incr and decr have changed, or \`default\`.

The reply has \`options\`, a list of {name, value, origin}.

With the word \`check\` and a file it reads that configuration, tells every fault of it and
asks no circusd; it exits 1 when there is one. Whether users and groups exist only \`circusd --check\` says.`,
  manual: '-',
  properties: { ...oneWatcher },
  isReadOnly: true,
  usage: '<name>',
  examples: ['circusctl config web'],
  localForm: { word: 'check', usage: 'check <file>', run: checkFile },
  execute(controller, { name }) {
    const { options, origins } = requireWatcher(controller, name);
    return {
      options: Object.entries(options).map(([option, value]) => {
        return { name: option, value, origin: origins[option] ?? 'default' };
      }),
    };
  },
  toTable({ options }) {
    const rows = (Array.isArray(options) ? options : []).filter(isJsonObject);
    return {
      columns: ['option', 'value', 'origin'],
      rows: rows.map(({ name, value = null, origin }) => {
        return [String(name), printWatcherOption(String(name), value), String(origin)];
      }),
    };
  },
  print({ options }) {
    const rows = (Array.isArray(options) ? options : []).filter(isJsonObject);
    return twoColumns(
      rows.map(({ name, value = null, origin }) => {
        return [`${name} = ${printWatcherOption(String(name), value)}`, String(origin)] as const;
      }),
    );
  },
});

function checkFile(file: string, { writeLine }: { writeLine(line: string): void }): number {
  const { faults, warnings } = readConfig(file, process.env);
  if (warnings.length > 0) writeLine(formatFaults(warnings));
  writeLine(faults.length > 0 ? formatFaults(faults) : `${file}: no faults`);
  return faults.length > 0 ? 1 : 0;
}
