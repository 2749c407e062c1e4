import { printValue } from '#libs/options';
import { defineCommand } from '../define-command.ts';
import { requireWatcher } from '../select.ts';

/** Manual 5.5 "numprocesses". */
export const numprocesses = defineCommand({
  name: 'numprocesses',
  summary: 'Get the number of processes',
  description: `How many processes a watcher has, or with no name all watchers together; statistics
and plugins, which run as watchers too, are counted. A process counts until it has been reaped.

The reply has \`numprocesses\`, and \`watcher_name\` when a name was given.`,
  manual: '5.5',
  properties: {
    name: { kind: 'string', doc: 'The watcher, in any case; the sum of all without it.' },
  },
  isReadOnly: true,
  usage: '[name]',
  examples: ['circusctl numprocesses', 'circusctl numprocesses web'],
  execute(controller, { name }) {
    if (name !== undefined) {
      const { processCount } = requireWatcher(controller, name);
      return { numprocesses: processCount, watcher_name: name };
    }
    const counts = controller.watchers().map(({ processCount }) => processCount);
    return { numprocesses: counts.reduce((sum, count) => sum + count, 0) };
  },
  print: ({ numprocesses }) => printValue(numprocesses),
});
