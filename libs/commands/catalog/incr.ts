import { changeCount, printCount } from '../count-change.ts';
import { defineCommand } from '../define-command.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Manual 5.5 "incr". */
export const incr = defineCommand({
  name: 'incr',
  summary: 'Increment the number of processes in a watcher',
  description: `Adds processes to a watcher: one, or as many as said. A watcher that is stopped stays
stopped, and has the new number when it is started. A singleton keeps its one process.

Prints the number of processes now wanted; the reply has it as \`numprocesses\`.`,
  manual: '5.5',
  properties: {
    ...oneWatcher,
    nb: { kind: 'integer', default: 1, doc: 'How many more; a negative number takes away.' },
  },
  canWait: true,
  settlesIn: 'settled',
  usage: '<name> [nb]',
  examples: ['circusctl incr web', 'circusctl incr web 3 --waiting'],
  execute: (controller, { name, nb }) => changeCount(controller, name, nb),
  print: printCount,
  form: { label: 'Add processes', asks: ['nb'] },
});
