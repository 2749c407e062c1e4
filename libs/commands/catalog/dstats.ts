import { isJsonObject } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { infoLine } from '../print-process.ts';

/** Manual 5.5 "dstats". */
export const dstats = defineCommand({
  name: 'dstats',
  summary: 'Get circusd stats',
  description: `What circusd itself uses; the fields are those of \`stats\`. CPU is counted from the last
time that somebody asked.

\`children\` are strays: processes of which nobody knows whose they are. What a worker has started
belongs to it, even by a double fork, and ends with it; a stray has rid itself of that, too, and ends
with circusd.`,
  manual: '5.5',
  properties: {},
  isReadOnly: true,
  usage: '',
  examples: ['circusctl dstats'],
  execute: (controller) => ({ info: controller.describeSelf() }),
  print({ info }) {
    if (info === undefined || !isJsonObject(info)) return '';
    const children = Array.isArray(info['children']) ? info['children'].filter(isJsonObject) : [];
    const below = children.map((child) => `    ${infoLine(child)}`);
    return [
      'Main Process:',
      `    ${infoLine(info)}`,
      ...(below.length > 0 ? ['Children:'] : []),
      ...below,
    ].join('\n');
  },
});
