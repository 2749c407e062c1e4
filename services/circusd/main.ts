/** circusd: reads arguments and configuration, then runs the daemon. */
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { type CircusConfig, withCompanions } from '#libs/config';
import {
  createLogger,
  type Logger,
  type LoggerOptions,
  logLevels,
  readLoggerConfig,
} from '#libs/logging';
import {
  openDatagramSender,
  raiseFileLimit,
  requireSupportedPlatform,
  takeActivatedSockets,
} from '#libs/native';
import { type CircusdArguments, circusdCommand } from './arguments.ts';
import { requireConfig } from './configuration.ts';
import { runDaemon } from './daemon.ts';
import { daemonize } from './daemonize.ts';
import { exitCodes } from './manual-tables.ts';
import { claimSignals } from './signals.ts';
import { StartupError } from './startup-error.ts';

declare const CIRCUS_VERSION: string;

claimSignals();
void main();

async function main(): Promise<void> {
  const command = circusdCommand(CIRCUS_VERSION);
  const parsed = parse(command);
  if (parsed === undefined) return;
  try {
    requireSupportedPlatform();
    if (parsed.config === undefined) process.stdout.write(command.helpInformation());
    else if (parsed.check) check(parsed.config);
    else if (!parsed.daemon || daemonize() === undefined) await run(parsed.config, parsed);
    process.exit(exitCodes.ok);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`circusd: ${error.message}\n`);
    process.exit(exitCodes.badConfiguration);
  }
}

/** `undefined`: help, version or an error was printed, and the exit code is set. */
function parse(command: Command): CircusdArguments | undefined {
  try {
    command.parse();
    const [config] = command.args;
    const flags = command.opts<Omit<CircusdArguments, 'config'>>();
    return config === undefined ? flags : { ...flags, config };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badFlag;
    return undefined;
  }
}

function check(file: string): void {
  const config = requireConfig(file, (text) => process.stderr.write(`warning: ${text}\n`));
  const { watchers, plugins, sockets } = config;
  const counts = [
    countOf(watchers, 'watcher'),
    countOf(sockets, 'socket'),
    countOf(plugins, 'plugin'),
  ];
  process.stdout.write(`${file}: no faults; ${counts.join(', ')}\n`);
}

function countOf({ length }: readonly unknown[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`;
}

async function run(file: string, flags: CircusdArguments): Promise<void> {
  raiseFileLimit();
  const activated = takeActivatedSockets(process.env);
  const warnings: string[] = [];
  const config = requireConfig(file, (text) => warnings.push(text));
  const { circus } = config;
  const logging = logSettings(circus, flags);
  const log = openLog(logging);
  for (const text of warnings) log.warn(text);
  surviveFaults(log);
  if (circus.umask !== null) process.umask(circus.umask);
  const pidfile = flags.pidfile ?? circus.pidfile;
  try {
    const host = { commandOf, logLevel: logging.level, logOutput: logging.output };
    // These stay bound as they are until circusd ends, whatever the files say later.
    const { endpoint, pubsub_endpoint } = circus;
    const complete = (read: CircusConfig): CircusConfig => {
      const bound = { ...read, circus: { ...read.circus, endpoint, pubsub_endpoint } };
      return { ...withCompanions(bound, host), circus: read.circus };
    };
    const reread = (): CircusConfig => complete(requireConfig(file, (text) => log.warn(text)));
    await runDaemon({
      version: CIRCUS_VERSION,
      config: complete(config),
      reread,
      streamHost: commandOf('stream-host'),
      log,
      hookHost: commandOf('hook-host'),
      activated,
      pidfile,
    });
  } finally {
    await log.close();
  }
}

/** Our programs are bundles that lie beside this one. */
function commandOf(program: string): readonly [executable: string, file: string] {
  return [process.execPath, join(__dirname, `${program}.cjs`)];
}

type LogSettings = Pick<LoggerOptions, 'level' | 'format' | 'output'>;

function logSettings(circus: CircusConfig['circus'], flags: CircusdArguments): LogSettings {
  try {
    const file = flags.loggerConfig ?? circus.loggerconfig ?? 'default';
    const settings = readLoggerConfig(file);
    const output = flags.logOutput ?? settings.output ?? circus.logoutput;
    const named = settings.level ?? circus.loglevel;
    const level = flags.logLevel ?? logLevels.find((name) => name === named) ?? 'info';
    return { level, format: flags.logFormat, output };
  } catch (error) {
    throw cannotLog(error);
  }
}

function openLog(settings: LogSettings): Logger {
  try {
    return createLogger({ ...settings, name: 'circus', sendTo: openDatagramSender });
  } catch (error) {
    throw cannotLog(error);
  }
}

function cannotLog(error: unknown): StartupError {
  return new StartupError(`cannot log: ${error instanceof Error ? error.message : error}`);
}

/** A fault of our own must not take down what is supervised: it is logged, and supervision goes on. */
function surviveFaults(log: Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      log.error(`${event}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    });
  }
}
