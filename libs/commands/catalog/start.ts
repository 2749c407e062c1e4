import { defineCommand } from '../define-command.ts';
import { selectByPattern } from '../select.ts';
import { matchFlag, matchingWatchers } from '../watcher-names.ts';

/** Manual 5.5 "start". */
export const start = defineCommand({
  name: 'start',
  summary: 'Start a watcher or all watchers',
  description: `Starts the processes of a watcher; one that is active gets those that it lacks. With no
name all watchers are started in the order of their priority, except those with autostart = False;
several that a pattern matches are started in the same way. A single match is started in any case.

When one watcher was waited for, the reply's \`info\` has the pids \`started\` and \`kept\`.`,
  manual: '5.5',
  properties: matchingWatchers,
  canWait: true,
  settlesIn: 'active',
  usage: '[name]',
  flags: [matchFlag],
  examples: ['circusctl start', 'circusctl start web --waiting', "circusctl start 'worker-*'"],
  execute: (controller, properties) => controller.start(selectByPattern(controller, properties)),
  form: { label: 'Start', asks: [] },
});
