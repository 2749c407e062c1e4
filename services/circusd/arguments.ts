/** The command line of circusd (protocol 9). */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type LogFormat, type LogLevel, logLevels } from '#libs/logging';

/** Exit codes of circusd. */
export const exitCodes = { ok: 0, badConfiguration: 1, badFlag: 2 } as const;

/** What was asked for; flags beat the configuration file. */
export interface CircusdArguments {
  /** Absent when there is nothing to run. */
  readonly config?: string;
  readonly logLevel?: LogLevel;
  readonly logOutput?: string;
  /** A logging configuration of the original. */
  readonly loggerConfig?: string;
  readonly logFormat: LogFormat;
  readonly daemon: boolean;
  /** Only tell what is wrong with the configuration. */
  readonly check: boolean;
  readonly pidfile?: string;
}

const help = `
Examples:
  circusd circus.ini                        run in the foreground, log to standard error
  circusd --check circus.ini                tell every fault of a configuration, run nothing
  circusd --log-level debug circus.ini      say more
  circusd --daemon --pidfile /run/circusd.pid --log-output /var/log/circusd.log circus.ini

Signals:
  TERM INT QUIT   end all processes gracefully, then exit; a second one kills at once
  HUP             reload all watchers gracefully
  USR1            open the log file again

Exit codes:
  0   ended as asked
  1   a fault in the configuration, an endpoint or pid file in use
  2   an unknown flag`;

/** The parser, for parsing and for its help. */
export function circusdCommand(version: string): Command {
  return new Command('circusd')
    .description('Run and watch the processes of a configuration file, and serve circusctl.')
    .argument('[config]', 'configuration file (ini)')
    .addOption(
      new Option('--log-level <level>', `${logLevels.join(', ')} (default: info)`).argParser(
        readLevel,
      ),
    )
    .option(
      '--log-output <file>',
      "file or syslog:// address, '-' for standard error (default: '-')",
    )
    .option('--logger-config <file>', 'Python logging configuration: level and one output are used')
    .addOption(
      new Option('--log-format <format>', 'lines for people, or JSON')
        .choices(['human', 'json'])
        .default('human'),
    )
    .option('--daemon', 'run in the background', false)
    .option('--check', 'tell what is wrong with the configuration, run nothing', false)
    .option('--pidfile <file>', 'write the pid of circusd to this file')
    .version(version, '--version', 'print the version')
    .addHelpText('after', help)
    .exitOverride();
}

function readLevel(text: string): LogLevel {
  const level = logLevels.find((candidate) => candidate === text.toLowerCase());
  if (level !== undefined) return level;
  throw new InvalidArgumentError(`Choose one of ${logLevels.join(', ')}.`);
}
