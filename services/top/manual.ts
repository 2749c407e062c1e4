/** The manual page of circus-top. */
import { topCommand } from './arguments.ts';
import { keyTable } from './keys.ts';

/** Everything but the layout. */
export function manual(version: string) {
  const command = topCommand(version);
  const help = command.createHelp();
  return {
    name: 'circus-top',
    summary: 'show what the processes of a circusd use',
    synopsis: ['[options]', '--once [--json]'],
    description: `circus-top shows the watchers of a circusd(1) with their processes, circus itself
and the managed sockets, as circusd-stats(1) tells of them every second. It changes nothing.

CPU is in percent of one processor, memory in percent of the machine's. The line of a watcher has its
state, how many of the wanted processes run, how many have died without being asked to, the mean of
CPU, the sum of memory and the age of the oldest process; below it are its processes. What is out of
date is marked with \`~\`. When circusd-stats goes away, circus-top waits until it is back.

Colours are the terminal's sixteen, none with NO_COLOR; without a UTF-8 locale bars are of plain
letters.`,
    options: help.visibleOptions(command).map((option) => {
      return { spelling: option.flags, doc: help.optionDescription(option) };
    }),
    sections: [
      { title: 'Keys', rows: keyTable },
      {
        title: 'Exit status',
        rows: [
          [0, 'done'],
          [1, 'with --once: nobody publishes there; or there is no terminal'],
          [2, 'an unknown flag, or a wrong value of one'],
        ] as const,
      },
      {
        title: 'Examples',
        rows: [
          ['circus-top', 'look at the circusd of this machine'],
          ['circus-top --once', 'print what is going on, for a script or a report'],
          ['circus-top --once --json', 'the same for programs'],
        ] as const,
      },
    ],
    seeAlso: ['circusd-stats(1)', 'circusctl(1)', 'circusd(1)'],
  };
}
