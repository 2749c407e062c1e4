import { defineCommand } from '../define-command.ts';
import { printEvent } from '../print-event.ts';
import { requireWatcher } from '../select.ts';

/** Not in the manual; design.md "Events and logs". */
export const events = defineCommand({
  name: 'events',
  summary: 'Show the latest events again',
  description: `circusd keeps its latest events (10 000) for those who missed some. Every event has a
number, \`seq\`, without gaps; \`since\` is the last one that you know of. With a name only the events
of that watcher.

The reply has \`events\`, oldest first, and the lowest and the highest \`seq\` that circusd still
holds, \`oldest\` and \`newest\`: when oldest is above since + 1, those between are lost.

Prints \`<topic>: <json>\` a line, as \`listen\`.`,
  manual: '-',
  properties: {
    since: { kind: 'integer', default: 0, minimum: 0, doc: 'Only events with a higher `seq`.' },
    name: { kind: 'string', doc: 'Only events of this watcher, in any case.' },
  },
  isReadOnly: true,
  usage: '[name]',
  flags: [{ spelling: '--since <seq>', doc: 'Only events after this number' }],
  examples: ['circusctl events', 'circusctl events web --since 120'],
  execute(controller, { since, name }) {
    const key = name === undefined ? undefined : requireWatcher(controller, name).key;
    const { events, oldest, newest } = controller.events(since, key);
    return { events: events.map(({ topic, payload }) => ({ topic, ...payload })), oldest, newest };
  },
  print: ({ events }) => (Array.isArray(events) ? events.map(printEvent).join('\n') : ''),
});
