import { defineCommand } from '../define-command.ts';
import { requireWatcher } from '../select.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Manual 5.5 "rm". */
export const rm = defineCommand({
  name: 'rm',
  summary: 'Remove a watcher',
  description: `Removes a watcher from the running circusd and stops its processes gracefully. With
--nostop they live on, and nobody looks after them.`,
  manual: '5.5',
  properties: {
    ...oneWatcher,
    nostop: { kind: 'boolean', default: false, doc: 'Leave its processes alone.' },
  },
  canWait: true,
  settlesIn: 'gone',
  usage: '<name>',
  flags: [{ spelling: '--nostop', doc: 'Leave its processes running, on their own' }],
  examples: ['circusctl rm web --waiting', 'circusctl rm web --nostop'],
  execute: (controller, { name, nostop }) =>
    controller.remove(requireWatcher(controller, name).key, { nostop }),
  form: { label: 'Remove', asks: ['nostop'], confirm: 'Stop all its processes and forget it?' },
});
