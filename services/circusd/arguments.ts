/** The command line of circusd (protocol 9). */
import { Command, InvalidArgumentError, Option } from 'commander';
import { twoColumns } from '#libs/commands';
import { type LogFormat, type LogLevel, logLevels } from '#libs/logging';
import { examples, exitMeanings, signalMeanings } from './manual-tables.ts';

/** What was asked for; flags beat the configuration file. */
export interface CircusdArguments {
  /** Absent when there is nothing to run. */
  readonly config?: string;
  readonly logLevel?: LogLevel;
  readonly logOutput?: string;
  /** A logging configuration of the original. */
  readonly loggerConfig?: string;
  readonly logFormat: LogFormat;
  readonly daemon?: true;
  /** Only tell what is wrong with the configuration. */
  readonly check?: true;
  readonly pidfile?: string;
  /** Only say whether this program can go on from the state in that descriptor. */
  readonly canResume?: string;
}

const codes = exitMeanings.map(([code, meaning]) => [String(code), meaning] as const);

const help = `
Examples:
${twoColumns(examples)}

Signals:
${twoColumns(signalMeanings)}

Exit codes:
${twoColumns(codes)}`;

/** The parser, for parsing and for its help. */
export function circusdCommand(version: string): Command {
  return new Command('circusd')
    .description('Run and watch the processes of a configuration file, and serve circusctl.')
    .argument('[config]', 'configuration file, see circus.ini(5)')
    .addOption(
      new Option(
        '--log-level <level>',
        `${logLevels.join(', ')}; default: loglevel of the file, else info`,
      ).argParser(readLevel),
    )
    .option(
      '--log-output <file>',
      "file or syslog:// address to log to, '-' for standard error; default: logoutput of the file, else '-'",
    )
    .option('--logger-config <file>', 'Python logging configuration: level and one output are used')
    .addOption(
      new Option('--log-format <format>', 'lines for people, or JSON')
        .choices(['human', 'json'])
        .default('human'),
    )
    .option('--check', 'tell what is wrong with the configuration, run nothing')
    .option('--daemon', 'run in the background')
    .option('--pidfile <file>', 'write the pid of circusd to this file')
    .addOption(new Option('--can-resume <descriptor>', 'asked before an upgrade').hideHelp())
    .helpOption('-h, --help', 'print this page')
    .version(version, '--version', 'print the version')
    .addHelpText('after', help)
    .exitOverride();
}

function readLevel(text: string): LogLevel {
  const level = logLevels.find((candidate) => candidate === text.toLowerCase());
  if (level !== undefined) return level;
  throw new InvalidArgumentError(`Choose one of ${logLevels.join(', ')}.`);
}
