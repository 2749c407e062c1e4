/** The command line of circus-plugin (protocol 9); its defaults are what circusd tells every plugin. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultEndpoint } from '#libs/client';
import { twoColumns } from '#libs/commands';
import { type LogLevel, logLevels } from '#libs/logging';
import { examples, exitMeanings, variables } from './manual-tables.ts';

/** What was asked for. */
export interface RunnerFlags {
  readonly endpoint: string;
  readonly pubsub: string;
  /** In the original's encoding. */
  readonly config?: string;
  /** Seconds. */
  readonly checkDelay: number;
  readonly logLevel: LogLevel;
  readonly logOutput: string;
  readonly ssh?: string;
  /** A command line to be checked instead of a plugin to be run. */
  readonly check?: string;
}

const codes = exitMeanings.map(([code, meaning]) => [String(code), meaning] as const);

const help = `
Examples:
${twoColumns(examples)}

Environment:
${twoColumns(variables)}

Exit codes:
${twoColumns(codes)}`;

/** The parser, for parsing and for its help. */
export function runnerCommand(version: string): Command {
  return new Command('circus-plugin')
    .description('Run a plugin beside a circusd.')
    .argument('[plugin]', 'a built-in, FILE#Class or PACKAGE#Class')
    .addOption(
      new Option('--endpoint <address>', "circusd's control endpoint")
        .env('CIRCUS_ENDPOINT')
        .default(defaultEndpoint),
    )
    .addOption(
      new Option('--pubsub <address>', "circusd's event endpoint")
        .env('CIRCUS_PUBSUB_ENDPOINT')
        .default('tcp://127.0.0.1:5556'),
    )
    .option(
      '--config <items>',
      'options of the plugin, key:value:::key:value; default: CIRCUS_PLUGIN_CONFIG',
    )
    .addOption(
      new Option(
        '--check-delay <seconds>',
        "circusd's check_delay; also how often to ask for lost events",
      )
        .argParser(readSeconds)
        .default(5),
    )
    .addOption(
      new Option('--log-level <level>', logLevels.join(', ')).argParser(readLevel).default('info'),
    )
    .option(
      '--log-output <file>',
      "file or syslog:// address to log to, '-' for standard error",
      '-',
    )
    .option(
      '--check <command>',
      'run a plugin in any language against a daemon that is only played, and tell what it does wrong',
    )
    .option('--ssh <server>', 'reach circusd by ssh: not in this release')
    .helpOption('-h, --help', 'print this page')
    .version(version, '--version', 'print the version')
    .addHelpText('after', help)
    .exitOverride();
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError('Write a number of seconds.');
}

function readLevel(text: string): LogLevel {
  const level = logLevels.find((candidate) => candidate === text.toLowerCase());
  if (level !== undefined) return level;
  throw new InvalidArgumentError(`Choose one of ${logLevels.join(', ')}.`);
}
