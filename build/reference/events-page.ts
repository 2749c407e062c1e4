/** docs/reference/events.md: every event, from the table of libs/protocol. */
import { commonEventKeys, type EventKey, type EventRow, eventTable } from '#libs/protocol';
import { code, pageHead, table } from './markdown.ts';

/** The whole page. */
export function eventsPage(): string {
  const rows: [string, EventRow][] = Object.entries(eventTable);
  return [
    pageHead('Events', 'libs/protocol/event-table.ts'),
    introduction,
    keyTable(commonEventKeys),
    `Keys that a program does not know are to be ignored; more may come.`,
    table(
      ['Event', 'Published when'],
      rows.map(([name, { when }]) => [`[${name}](#${name})`, when]),
    ),
    ...rows.map(([name, row]) => section(name, row)),
    order,
    '',
  ].join('\n\n');
}

const introduction = `What circusd tells whoever has subscribed to its \`pubsub_endpoint\`
(tcp://127.0.0.1:5556). A message has two frames: a topic, and a JSON object.

The topic is \`watcher.NAME.EVENT\`, with the watcher's name in lower case and \`_\` for its blanks. A name
may have dots: the event is what follows the last one. Subscribe to the beginning of the topics that
you want, \`watcher.\` for all of them or \`watcher.web.\` for one watcher.

\`circusctl listen\` prints events as they happen, and \`circusctl events\` the latest ones again.
Statistics have an endpoint of their own.

Every payload has`;

const order = `## In which order

| What happens | Events |
|---|---|
| start | spawn for each process, start |
| stop | kill for each process, reap for each, stop |
| restart | those of stop, those of start |
| graceful reload | reload_started, spawn for each new process, kill for each old one, reload |
| a process dies | reap, spawn |
| decr | kill |
| incr | spawn |`;

function section(name: string, { when, keys }: EventRow): string {
  const head = `## ${name}\n\nPublished when ${when}`;
  const own = keyTable(keys);
  return own === '' ? `${head}\n\nNo keys of its own.` : `${head}\n\n${own}`;
}

function keyTable(keys: Readonly<Record<string, EventKey>>): string {
  return table(
    ['Key', 'Type', 'What it is'],
    Object.entries(keys).map(([name, { type, isNullable, doc }]) => {
      return [code(name), isNullable ? `${type} or null` : type, doc];
    }),
  );
}
