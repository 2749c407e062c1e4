import { printValue } from '#libs/options';
import { defineCommand } from '../define-command.ts';

/** Not in the manual. */
export const version = defineCommand({
  name: 'version',
  summary: 'Get the version of the running circusd',
  description: `The version of the circusd that answers, which may be another than circusctl's own, its
process id, and how often it has been upgraded in place: the generation counts from 1. An upgrade
that was given up after all has left its reason in \`upgrade_failure\`.`,
  manual: '-',
  properties: {},
  isReadOnly: true,
  usage: '',
  examples: ['circusctl version'],
  execute: ({ version, generation, pid, upgradeFailure }) => ({
    version,
    generation,
    pid,
    ...(upgradeFailure === null ? {} : { upgrade_failure: upgradeFailure }),
  }),
  print: ({ version, generation, pid }) =>
    `circusd ${printValue(version)}, generation ${printValue(generation)}, pid ${printValue(pid)}`,
});
