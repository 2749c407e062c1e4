import { defineCommand } from '../define-command.ts';
import { selectByPattern } from '../select.ts';
import { matchFlag, matchingWatchers } from '../watcher-names.ts';

/** Manual 5.5 "stop". */
export const stop = defineCommand({
  name: 'stop',
  summary: 'Stop a watcher or all watchers',
  description: `Stops all processes of a watcher: each gets the watcher's stop_signal, and after
graceful_timeout seconds SIGKILL, together with everything that it has started. circusd goes on and
the watcher can be started again.

With no name all watchers are stopped, plugins and statistics too.`,
  manual: '5.5',
  properties: matchingWatchers,
  canWait: true,
  settlesIn: 'stopped',
  usage: '[name]',
  flags: [matchFlag],
  examples: ['circusctl stop web --waiting', "circusctl stop 'worker-*'", 'circusctl stop'],
  execute: (controller, properties) => controller.stop(selectByPattern(controller, properties)),
  form: { label: 'Stop', asks: [], confirm: 'Stop all its processes?' },
});
