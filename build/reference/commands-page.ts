/** docs/reference/commands.md: a section a command, from the catalog. */
import { type Command, catalog, flagsOf, propertyKinds, usageLine } from '#libs/commands';
import { processKeys } from '#libs/protocol';
import { code, fenced, json, pageHead, prose, table } from './markdown.ts';
import { type SampleExchange, sampleExchange } from './sample-exchange.ts';

/** The whole page. */
export async function commandsPage(): Promise<string> {
  const sections = [];
  for (const command of catalog) sections.push(section(command, await sampleExchange(command)));
  return [
    pageHead('Commands', 'libs/commands/catalog/'),
    introduction,
    overview(),
    ...sections,
    '## What is told of a process',
    table(
      ['Key', 'Type', 'What it is'],
      Object.entries(processKeys).map(([key, { type, doc }]) => [code(key), type, doc]),
    ),
    '## Kinds of properties',
    table(
      ['Kind', 'What is right'],
      Object.entries(propertyKinds).map(([kind, { doc }]) => [code(kind), doc]),
    ),
    '',
  ].join('\n\n');
}

const introduction = `Everything that a running circusd can be asked. A command is typed with circusctl,
or sent as a message by any program that speaks ZeroMQ: [wire.md](wire.md) says how. Here each has its
command line, what it takes as a message, and one exchange.

Watchers are named in any case. Properties that a command does not know are ignored, null is the same
as absent. Every reply has \`status\`, \`time\` and the \`id\` of its request. What goes wrong is told as in
[errors.md](errors.md); options that can be set are in [options.md](options.md).

Commands that can be waited for take one more property, \`waiting\`: with it the reply comes when the
work is finished, and is an error when it has failed.`;

function overview(): string {
  const rows = catalog.map((command) => {
    const { name, summary, isReadOnly, canWait } = command;
    const changes = isReadOnly ? 'reads' : 'changes';
    return [`[${name}](#${name})`, summary, changes, canWait ? 'yes' : ''];
  });
  return table(['Command', '', 'Reads or changes', 'Can be waited for'], rows);
}

function section(command: Command, exchange: SampleExchange): string {
  const { name, summary, description, manual, examples } = command;
  return [
    `## ${name}`,
    `**${summary}.**`,
    fenced('text', usageLine(command)),
    prose(description),
    flagTable(command),
    propertyTable(command),
    wire(command, exchange),
    examples.length > 1 ? `To try:\n\n${fenced('sh', examples.join('\n'))}` : '',
    manual === '-' ? 'Not in the manual (release 0.5.2).' : `Manual ${manual}.`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function flagTable(command: Command): string {
  return table(
    ['Flag', 'What it does'],
    flagsOf(command).map(({ spelling, doc }) => [code(spelling), doc]),
  );
}

function propertyTable({ properties, canWait }: Command): string {
  const rows = Object.entries(properties).map(([name, property]) => {
    const { kind, required, default: fallback, minimum, aliases = [], doc } = property;
    const range = minimum === undefined ? '' : `, ${minimum} or more`;
    return [
      code(name),
      kind + range,
      required ? 'required' : fallback === undefined ? '' : code(JSON.stringify(fallback)),
      aliases.map(code).join(', '),
      doc,
    ];
  });
  const waiting = [
    code('waiting'),
    'boolean',
    code('false'),
    '',
    'Reply when the work is finished.',
  ];
  return table(
    ['Property', 'Kind', 'Default', 'Also understood as', 'What it is'],
    canWait ? [...rows, waiting] : rows,
  );
}

function wire(command: Command, { line, request, reply, waitingReply }: SampleExchange): string {
  if (command.runInClient !== undefined) {
    return `circusctl carries this out itself; sent to circusd, it is answered with an error:\n\n${json(reply)}`;
  }
  const parts = [`${code(line)} sends`, json(request), 'and circusd answers', json(reply)];
  if (waitingReply !== undefined) parts.push('or with `waiting`, at the end,', json(waitingReply));
  return parts.join('\n\n');
}
