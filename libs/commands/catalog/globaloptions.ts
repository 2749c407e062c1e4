import { printValue } from '#libs/options';
import { CircusError, type JsonObject } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { printOptions } from '../print-reply.ts';
import { toOptionTable } from '../reply-tables.ts';

/** Manual 5.5 "globaloptions". */
export const globaloptions = defineCommand({
  name: 'globaloptions',
  summary: 'Get the options of circusd itself',
  description: `The addresses of circusd's endpoints, and check_delay: the seconds between two checks
of all watchers. With a name only that option.`,
  manual: '5.5',
  properties: { option: { kind: 'string', doc: 'One option; all without it.' } },
  isReadOnly: true,
  usage: '[option]',
  examples: ['circusctl globaloptions', 'circusctl globaloptions pubsub_endpoint'],
  execute(controller, { option }) {
    const options: JsonObject = { ...controller.globalOptions };
    if (option === undefined) return { options };
    const value = Object.hasOwn(options, option) ? options[option] : undefined;
    if (value === undefined) {
      throw new CircusError('not_found', `'${option}' not an existing option`);
    }
    return { options: { [option]: value } };
  },
  toTable: ({ options }) => toOptionTable(options),
  print: ({ options }) => printOptions(options),
  // without the usual `error: ` in front, as the original
  printError: ({ reason }) => printValue(reason),
});
