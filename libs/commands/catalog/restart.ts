import { defineCommand } from '../define-command.ts';
import { selectByPattern } from '../select.ts';
import { matchFlag, matchingWatchers } from '../watcher-names.ts';

/** Manual 5.5 "restart". */
export const restart = defineCommand({
  name: 'restart',
  summary: 'Restart a watcher, or circusd with all watchers',
  description: `Stops the processes of a watcher and starts them again. To replace them without a
moment in which none is there, see \`reload\`.

With no name all watchers are stopped, circusd closes its sockets and endpoints, reads its
configuration again and starts, in the same process.

When one watcher was waited for, the reply's \`info\` has the pids \`stopped\`, \`started\` and \`kept\`.`,
  manual: '5.5',
  properties: matchingWatchers,
  canWait: true,
  settlesIn: 'active',
  usage: '[name]',
  flags: [
    matchFlag,
    { spelling: '--terminate', doc: 'Changes nothing: understood because the manual has it' },
  ],
  examples: ['circusctl restart web', 'circusctl restart'],
  execute: (controller, properties) => controller.restart(selectByPattern(controller, properties)),
  form: { label: 'Restart', asks: [], confirm: 'Stop and start all its processes?' },
});
