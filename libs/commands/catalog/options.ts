import { defineCommand } from '../define-command.ts';
import { printOptions } from '../print-reply.ts';
import { toOptionTable } from '../reply-tables.ts';
import { requireWatcher } from '../select.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Manual 5.5 "options". */
export const options = defineCommand({
  name: 'options',
  summary: 'Get all options of a watcher',
  description: `Every option of the watcher with its present value, sorted by name; free-form options
of plugins are among them. Prints \`key: value\` a line: an option without a value is empty, env is
\`A=1,B=2\`. stop_signal is shown as a number.

\`config\` tells besides where each value comes from, \`get\` shows single options.`,
  manual: '5.5',
  properties: oneWatcher,
  isReadOnly: true,
  usage: '<name>',
  examples: ['circusctl options web'],
  execute: (controller, { name }) => ({ options: requireWatcher(controller, name).options }),
  toTable: ({ options }) => toOptionTable(options),
  print: ({ options }) => printOptions(options),
});
