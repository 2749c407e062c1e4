import { printValue } from '#libs/options';
import { defineCommand } from '../define-command.ts';
import { toColumn } from '../reply-tables.ts';
import { requireWatcher } from '../select.ts';

/** Manual 5.5 "list". */
export const list = defineCommand({
  name: 'list',
  summary: 'List the watchers, or the processes of a watcher',
  description: `Without a name: the names of all watchers, in lower case and sorted. With a name: the
process ids of that watcher's live processes, oldest first.

Prints them on one line, separated by commas. The reply has \`watchers\` or \`pids\`.`,
  manual: '5.5',
  properties: {
    name: { kind: 'string', doc: 'The watcher whose processes are listed, in any case.' },
  },
  isReadOnly: true,
  usage: '[name]',
  examples: ['circusctl list', 'circusctl list web'],
  execute(controller, { name }) {
    if (name === undefined) return { watchers: controller.watchers().map(({ key }) => key) };
    return { pids: requireWatcher(controller, name).pids };
  },
  toTable: ({ watchers, pids }) =>
    pids === undefined ? toColumn('watcher', watchers) : toColumn('pid', pids),
  print({ watchers, pids }) {
    const items = pids ?? watchers;
    return Array.isArray(items) ? items.map(printValue).join(',') : '';
  },
});
