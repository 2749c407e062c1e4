/** A command's manual page as text, for `--help`. */
import type { Command } from './command.ts';
import { flagsOf } from './command-line.ts';
import { twoColumns } from './two-columns.ts';

/** `circusctl <command> <words> [flags]`. */
export function usageLine(command: Command): string {
  const flags = flagsOf(command).map(({ spelling }) => `[${spelling}]`);
  return ['circusctl', command.name, command.usage, ...flags].filter(Boolean).join(' ');
}

/** Usage, description, flags, properties on the wire and examples; no final newline. */
export function manualPage(command: Command): string {
  const flags = flagsOf(command).map(({ spelling, doc }) => [spelling, doc] as const);
  const properties = Object.entries(command.properties).map(
    ([name, { doc, required }]) => [required ? `${name} *` : name, doc] as const,
  );
  return [
    `usage: ${usageLine(command)}${localUsage(command)}`,
    command.summary,
    command.description,
    section('Options', twoColumns(flags)),
    section('Properties of its message (* required)', twoColumns(properties)),
    section('Examples', command.examples.map((line) => `  ${line}`).join('\n')),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function localUsage({ name, localForm }: Command): string {
  return localForm === undefined ? '' : `\n       circusctl ${name} ${localForm.usage}`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `${title}:\n${body}`;
}
