/** The command line of circus-top (protocol 9). */
import { Command, InvalidArgumentError, Option } from 'commander';

/** What was asked for. */
export interface TopArguments {
  readonly endpoint: string;
  /** Seconds. */
  readonly processTimeout: number;
  /** Print once what is going on, and leave. */
  readonly once?: true;
  /** Print JSON: a line a period, or with `once` one document. */
  readonly json?: true;
}

/** The parser, for parsing and for its help. */
export function topCommand(version: string): Command {
  return new Command('circus-top')
    .description('Show what the processes of a circusd use. Press ? in it for its keys.')
    .option('--endpoint <address>', 'where circusd-stats publishes', 'tcp://127.0.0.1:5557')
    .addOption(
      new Option('--process-timeout <seconds>', 'how long to show a process that is not told of')
        .argParser(readSeconds)
        .default(3),
    )
    .option('--once', 'print once what is going on, and leave')
    .option('--json', 'print JSON: a line a period; with --once one document')
    .helpOption('-h, --help', 'print this page')
    .version(version, '--version', 'print the version')
    .exitOverride();
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError('Give a number of seconds above 0.');
}
