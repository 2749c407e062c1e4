import { printValue } from '#libs/options';
import { defineCommand } from '../define-command.ts';

/** Manual 5.5 "numwatchers". */
export const numwatchers = defineCommand({
  name: 'numwatchers',
  summary: 'Get the number of watchers',
  description: `How many watchers circusd has, whatever their state; statistics and plugins, which run
as watchers too, are counted. The reply has \`numwatchers\`.`,
  manual: '5.5',
  properties: {},
  isReadOnly: true,
  usage: '',
  examples: ['circusctl numwatchers'],
  execute: (controller) => ({ numwatchers: controller.watchers().length }),
  print: ({ numwatchers }) => printValue(numwatchers),
});
