import { CircusError, isJsonObject, type JsonObject } from '#libs/protocol';
import type { Command } from '../command.ts';
import { defineCommand } from '../define-command.ts';
import { twoColumns } from '../two-columns.ts';

/** Beyond the manual: the commands, for programs that offer them. */
export const describe = defineCommand({
  name: 'describe',
  summary: 'Describe the commands of this circusd',
  description: `What circusd understands, for consoles and other programs: \`commands\` is a list of
{name, summary, description, usage, can_wait, read_only, properties, form}. A property has kind,
required, default, doc. With a name only that command.`,
  manual: '-',
  properties: { command: { kind: 'string', doc: 'One command; all without it.' } },
  isReadOnly: true,
  usage: '[command]',
  examples: ['circusctl describe', 'circusctl describe incr --json'],
  execute(_controller, { command }, catalog) {
    const chosen = catalog.filter(({ name }) => command === undefined || name === command);
    if (chosen.length === 0) throw new CircusError('not_found', `command ${command} not found`);
    return { commands: chosen.map(describeCommand) };
  },
  print({ commands }) {
    const rows = (Array.isArray(commands) ? commands : []).filter(isJsonObject);
    return twoColumns(rows.map(({ name, summary }) => [String(name), String(summary)] as const));
  },
});

function describeCommand(command: Command): JsonObject {
  const { name, summary, description, usage, canWait, isReadOnly, properties, form } = command;
  const described = Object.entries(properties).map(([property, row]) => {
    const { kind, required = false, default: fallback = null, aliases = [], doc } = row;
    return [property, { kind, required, default: fallback, aliases, doc }] as const;
  });
  return {
    name,
    summary,
    description,
    usage,
    can_wait: canWait,
    read_only: isReadOnly,
    properties: Object.fromEntries(described),
    form: form === undefined ? null : { ...form },
  };
}
