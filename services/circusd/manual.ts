/** The manual page of circusd. */
import { circusdCommand } from './arguments.ts';
import { examples, exitMeanings, signalMeanings } from './manual-tables.ts';

/** Everything but the layout. */
export function manual(version: string) {
  const command = circusdCommand(version);
  const help = command.createHelp();
  return {
    name: 'circusd',
    summary: 'run and watch processes',
    synopsis: ['[options] config', '--check config'],
    description: `circusd starts the processes that a configuration file describes, replaces those that
end, holds sockets for them, and does what circusctl(1) and other programs ask of it over ZeroMQ. The
file is described in circus.ini(5).

It stays in the foreground unless it is told otherwise, and logs to standard error. A configuration
with a fault starts nothing: all its faults are told, each with file, line and what would be right.

When circusd ends, everything that it has started ends with it.`,
    options: help.visibleOptions(command).map((option) => {
      return { spelling: option.flags, doc: help.optionDescription(option) };
    }),
    sections: [
      { title: 'Signals', rows: signalMeanings },
      { title: 'Exit status', rows: exitMeanings },
      { title: 'Examples', rows: examples },
    ],
    seeAlso: ['circusctl(1)', 'circus.ini(5)'],
  };
}
