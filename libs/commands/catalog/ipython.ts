import { defineCommand } from '../define-command.ts';

/** Protocol 2.3 "ipython": the original's debugging kernel, for which there is no place here. */
export const ipython = defineCommand({
  name: 'ipython',
  summary: 'Not available: circusd is no Python program',
  description: `The original started a Python shell inside circusd. No code of users runs inside this
circusd; ask it with \`status\`, \`options\`, \`config\`, \`stats\` and \`events\`.`,
  manual: '-',
  properties: {},
  isReadOnly: true,
  usage: '',
  examples: ['circusctl ipython'],
  execute: () => ({ shell: false, msg: 'circusd is no Python program' }),
  print: () => 'error: Could not start ipython kernel',
});
