import { defineCommand } from '../define-command.ts';

/** Manual 5.5 "quit". */
export const quit = defineCommand({
  name: 'quit',
  summary: 'Stop all watchers and end circusd',
  description: `Stops all watchers gracefully, all at the same time, then circusd ends. It overtakes
every other command that is still at work.

The reply comes before the work begins, with --waiting when all watchers have stopped.`,
  manual: '5.5',
  properties: {},
  canWait: true,
  usage: '',
  examples: ['circusctl quit', 'circusctl quit --waiting'],
  execute: (controller) => controller.quit(),
  form: { label: 'Quit', asks: [], confirm: 'Stop all processes and end circusd?' },
});
