import { type Command, catalog, manualPage, twoColumns } from '#libs/commands';
import { globalFlags } from './global-flags.ts';

/** The page of a command, or of circusctl itself (protocol 9). */
export function helpScreen(command?: Command): string {
  return command === undefined ? overview() : `${manualPage(command)}\n\n${globalOptions()}`;
}

function overview(): string {
  const commands = catalog.map(({ name, summary }) => [name, summary] as const);
  return `usage: circusctl [options] command [args]

Controls a Circus daemon

Commands:
${twoColumns(commands)}

${globalOptions()}

Without a command: an interactive shell, or the lines of a pipe. Exit codes: 0 done, 1 no answer or
wrong arguments, 2 unknown command or flag, 3 refused by circusd or not reached with --wait.`;
}

function globalOptions(): string {
  const rows = globalFlags.map(({ spelling, doc }) => [spelling, doc] as const);
  return `Options of every command:\n${twoColumns(rows)}`;
}
