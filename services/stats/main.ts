/** circusd-stats: publishes what the processes of a circusd use. */
import { CommanderError } from 'commander';
import { CircusClient, defaultEndpoint, reachableEndpoint } from '#libs/client';
import { createLogger, type Logger } from '#libs/logging';
import { messageOf } from '#libs/protocol';
import { type StatsArguments, statsCommand } from './arguments.ts';
import { DaemonLink } from './daemon-link.ts';
import { StatsPublisher } from './stats-publisher.ts';
import { Streamer } from './streamer.ts';

declare const CIRCUS_VERSION: string;

/** See the manual page. */
const exitCodes = { ok: 0, cannotRun: 1, badFlag: 2 } as const;

const endingSignals = ['SIGHUP', 'SIGQUIT', 'SIGINT', 'SIGTERM', 'SIGWINCH'] as const;

/** How often it is checked that circusd, which has started this, is still there. Milliseconds. */
const parentCheckMs = 1_000;

// Node opens its debugger on SIGUSR1 unless somebody listens.
process.on('SIGUSR1', () => undefined);
// Otherwise pidusage writes to standard error when it has to guess.
process.env['PIDUSAGE_SILENT'] = '1';
void main();

async function main(): Promise<void> {
  const parsed = parse();
  if (parsed === undefined) return;
  let log: Logger;
  try {
    const { logLevel: level, logOutput: output } = parsed;
    log = createLogger({ name: 'circus', level, format: 'human', output });
  } catch (error) {
    fail(`cannot log: ${messageOf(error)}`);
  }
  try {
    await run(parsed, log);
  } catch (error) {
    log.fatal(messageOf(error));
    await log.close();
    process.exit(exitCodes.cannotRun);
  }
}

/** `undefined`: help, version or an error was printed, and the exit code is set. */
function parse(): StatsArguments | undefined {
  try {
    return statsCommand(CIRCUS_VERSION).parse().opts<StatsArguments>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badFlag;
    return undefined;
  }
}

async function run(flags: StatsArguments, log: Logger): Promise<void> {
  const endpoint = reachableEndpoint(flags.endpoint, defaultEndpoint);
  const client = new CircusClient(endpoint);
  const link = new DaemonLink(client, reachableEndpoint(flags.pubsub, endpoint), log);
  const publisher = new StatsPublisher(() => {
    // Before circusd has answered there would be half of it to tell.
    if (link.daemonPid !== undefined) streamer.wake();
  });
  const streamer = new Streamer({ link, publisher, log }, flags.period);
  const parent = process.ppid;
  let isEnding = false;
  const end = (why: string): void => {
    if (isEnding) return;
    isEnding = true;
    log.info(why);
    streamer.stop();
    link.close();
    publisher.close();
    void log.close().then(() => process.exit(exitCodes.ok));
  };
  for (const signal of endingSignals) process.on(signal, () => end(`Got signal ${signal}`));
  await bind(publisher, flags.statspoint);
  log.info('circusd-stats started');
  // Started by hand, it outlives its parent, and whichever circusd is at the endpoint.
  const isCompanion = (): boolean => (link.daemonPid ?? parent) === parent;
  setInterval(() => {
    if (process.ppid !== parent && isCompanion()) end('circusd has ended');
  }, parentCheckMs);
  await link.open();
  streamer.wake();
}

async function bind(publisher: StatsPublisher, statspoint: string): Promise<void> {
  try {
    await publisher.bind(statspoint);
  } catch (error) {
    throw new Error(`cannot publish at '${statspoint}': ${messageOf(error)}`, { cause: error });
  }
}

function fail(message: string): never {
  process.stderr.write(`circusd-stats: ${message}\n`);
  process.exit(exitCodes.cannotRun);
}
