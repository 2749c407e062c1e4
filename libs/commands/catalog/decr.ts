import { changeCount, printCount } from '../count-change.ts';
import { defineCommand } from '../define-command.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Manual 5.5 "decr", of which the command line is printed as `descr`. */
export const decr = defineCommand({
  name: 'decr',
  summary: 'Decrement the number of processes in a watcher',
  description: `Takes processes away from a watcher: one, or as many as said, the oldest first. The
number never falls below 0; a watcher with 0 processes stays active. A singleton keeps its one.

Prints the number of processes now wanted; the reply has it as \`numprocesses\`. \`descr\`, as the manual
of Circus spells it, may be typed too.`,
  manual: '5.5',
  properties: {
    ...oneWatcher,
    nb: { kind: 'integer', default: 1, doc: 'How many fewer; a negative number adds.' },
  },
  canWait: true,
  settlesIn: 'settled',
  alias: 'descr',
  usage: '<name> [nb]',
  examples: ['circusctl decr web', 'circusctl decr web 3'],
  execute: (controller, { name, nb }) => changeCount(controller, name, -nb),
  print: printCount,
  form: { label: 'Remove processes', asks: ['nb'] },
});
