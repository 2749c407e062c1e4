/** The manual page of circusctl; the commands come from the catalog. */
import { catalog, flagsOf, usageLine } from '#libs/commands';
import { globalFlags } from './global-flags.ts';

/** What explain.ts decides (protocol 9). */
const exitMeanings = [
  [0, 'done; with --json also when circusd answered with an error'],
  [1, 'circusd did not answer, or the words do not fit the command'],
  [2, 'an unknown command or flag'],
  [3, 'circusd answered with an error'],
] as const;

/** Everything but the layout. */
export function manual() {
  return {
    name: 'circusctl',
    summary: 'control a running circusd',
    synopsis: ['[options] command [words]', '--help [command]'],
    description: `circusctl sends one command to circusd(1) and prints the answer. Flags may stand
anywhere. Watchers are named in any case.

By default it does not wait until the work is done: circusd answers that it has accepted it. With
--waiting it answers when the work is finished, or what went wrong.

The \`quit\` command ends circusd itself.`,
    options: globalFlags,
    commands: catalog.map((command) => ({
      title: command.name,
      usage: usageLine(command),
      text: command.description,
      options: flagsOf(command),
      examples: command.examples,
    })),
    sections: [
      {
        title: 'Environment',
        rows: [
          ['CIRCUSCTL_ENDPOINT', 'where circusd listens, unless --endpoint is given'],
        ] as const,
      },
      { title: 'Exit status', rows: exitMeanings },
      {
        title: 'Examples',
        rows: [
          ['circusctl status', 'the state of every watcher'],
          ['circusctl incr web 2 --waiting', 'two more processes, and wait until they run'],
          ['circusctl listen watcher.web.', 'what happens to one watcher, as it happens'],
        ] as const,
      },
    ],
    seeAlso: ['circusd(1)', 'circus.ini(5)'],
  };
}
