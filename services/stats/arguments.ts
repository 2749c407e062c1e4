/** The command line of circusd-stats (protocol 9). */
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultEndpoint } from '#libs/client';
import { type LogLevel, logLevels } from '#libs/logging';

/** What was asked for. */
export interface StatsArguments {
  readonly endpoint: string;
  readonly pubsub: string;
  readonly statspoint: string;
  /** Seconds. */
  readonly period: number;
  readonly logLevel: LogLevel;
  readonly logOutput: string;
}

/** The parser, for parsing and for its help. */
export function statsCommand(version: string): Command {
  return new Command('circusd-stats')
    .description(
      'Publish what the processes of a circusd use. circusd runs it when [circus] has statsd = True.',
    )
    .option('--endpoint <address>', 'where circusd takes commands', defaultEndpoint)
    .option('--pubsub <address>', 'where circusd publishes events', 'tcp://127.0.0.1:5556')
    .option('--statspoint <address>', 'where to publish statistics', 'tcp://127.0.0.1:5557')
    .addOption(
      new Option('--period <seconds>', 'how often, while somebody is subscribed')
        .argParser(readPeriod)
        .default(1),
    )
    .addOption(
      new Option('--log-level <level>', logLevels.join(', ')).argParser(readLevel).default('info'),
    )
    .option(
      '--log-output <file>',
      "file or syslog://host address to log to, '-' for standard error",
      '-',
    )
    .helpOption('-h, --help', 'print this page')
    .version(version, '--version', 'print the version')
    .exitOverride();
}

function readLevel(text: string): LogLevel {
  const level = logLevels.find((candidate) => candidate === text.toLowerCase());
  if (level !== undefined) return level;
  throw new InvalidArgumentError(`Choose one of ${logLevels.join(', ')}.`);
}

const shortestPeriod = 0.1;

function readPeriod(text: string): number {
  const seconds = Number(text);
  if (seconds >= shortestPeriod && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError(`Give a number of seconds from ${shortestPeriod} up.`);
}
