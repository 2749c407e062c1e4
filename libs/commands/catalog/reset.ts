import { defineCommand } from '../define-command.ts';
import { requireWatcher } from '../select.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Not in the manual; design.md "Crash loops". */
export const reset = defineCommand({
  name: 'reset',
  summary: 'Try a failing watcher again at once',
  description: `Processes that keep dying are started again after longer and longer waits. This forgets
the failures of a watcher and starts what is missing at once. Processes that run are left alone.`,
  manual: '-',
  properties: oneWatcher,
  canWait: true,
  settlesIn: 'settled',
  usage: '<name>',
  examples: ['circusctl reset web'],
  execute: (controller, { name }) => controller.reset(requireWatcher(controller, name).key),
  form: { label: 'Try again', asks: [] },
});
