import { printValue } from '#libs/options';
import { defineCommand } from '../define-command.ts';

/** Not in the manual. */
export const version = defineCommand({
  name: 'version',
  summary: 'Get the version of the running circusd',
  description: `The version of the circusd that answers, which may be another than circusctl's own, its
process id, and how often it has been upgraded in place: the generation counts from 1.`,
  manual: '-',
  properties: {},
  isReadOnly: true,
  usage: '',
  examples: ['circusctl version'],
  execute: ({ version, generation, pid }) => ({ version, generation, pid }),
  print: ({ version, generation, pid }) =>
    `circusd ${printValue(version)}, generation ${printValue(generation)}, pid ${printValue(pid)}`,
});
