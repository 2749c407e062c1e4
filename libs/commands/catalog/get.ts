import { CircusError, type Json, type JsonObject } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { printOptions } from '../print-reply.ts';
import { toOptionTable } from '../reply-tables.ts';
import { requireWatcher } from '../select.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Manual 5.5 "get". */
export const get = defineCommand({
  name: 'get',
  summary: 'Get the value of a watcher option',
  description: `The present values of some options of a watcher, in the order asked for. An option
that the watcher does not have is an error. See \`options\` for all of them.`,
  manual: '5.5',
  properties: {
    ...oneWatcher,
    keys: { kind: 'strings', required: true, doc: 'The names of the options.' },
  },
  isReadOnly: true,
  usage: '<name> <keys>...',
  examples: ['circusctl get web numprocesses', 'circusctl get web cmd graceful_timeout'],
  execute(controller, { name, keys }) {
    const { options } = requireWatcher(controller, name);
    return { options: Object.fromEntries(keys.map((key) => [key, requireOption(options, key)])) };
  },
  toTable: ({ options }) => toOptionTable(options),
  print: ({ options }) => printOptions(options),
});

function requireOption(options: JsonObject, key: string): Json {
  const value = Object.hasOwn(options, key) ? options[key] : undefined;
  if (value !== undefined) return value;
  throw new CircusError('not_found', `'${key}' option not found`);
}
