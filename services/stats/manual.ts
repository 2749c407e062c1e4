/** The manual page of circusd-stats. */
import { statsCommand } from './arguments.ts';

/** Everything but the layout. */
export function manual(version: string) {
  const command = statsCommand(version);
  const help = command.createHelp();
  return {
    name: 'circusd-stats',
    summary: 'publish what the processes of a circusd use',
    synopsis: ['[options]'],
    description: `circusd-stats learns from circusd(1) which processes there are, looks at them and at
the managed sockets once a period, and publishes what it sees over ZeroMQ, for circus-top(1), the web
console and whoever else subscribes. As long as nobody is subscribed it does nothing.

circusd runs it by itself, as the watcher \`circusd-stats\`, when its configuration has
\`statsd = True\` or a \`stats_endpoint\`. It ends when the circusd ends that has started it.`,
    options: help.visibleOptions(command).map((option) => {
      return { spelling: option.flags, doc: help.optionDescription(option) };
    }),
    sections: [
      {
        title: 'Exit status',
        rows: [
          [0, 'was asked to end, by HUP, INT, QUIT, TERM or WINCH, or its circusd has ended'],
          [1, 'cannot publish or log: the address is in use, or the file cannot be written'],
          [2, 'an unknown flag, or a wrong value of one'],
        ] as const,
      },
    ],
    seeAlso: ['circus-top(1)', 'circusd(1)', 'circus.ini(5)'],
  };
}
