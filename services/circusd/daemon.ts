/** circusd from its configuration to its end: arbiter, endpoints, signals, in the right order. */
import { Arbiter, SocketsRefused } from '#libs/arbiter';
import type { CircusConfig } from '#libs/config';
import { ControlEndpoint, EventPublisher, LogPublisher } from '#libs/endpoints';
import type { Logger } from '#libs/logging';
import { type ActivatedSocket, resolveUser } from '#libs/native';
import { Endpoints } from './endpoints.ts';
import { removePidfile, writePidfile } from './pidfile.ts';
import type { ReadState } from './saved-state.ts';
import { handleSignals } from './signals.ts';
import { StartupError } from './startup-error.ts';
import { Upgrade } from './upgrade.ts';

/** What a daemon runs with. */
export interface DaemonOptions {
  readonly version: string;
  readonly config: CircusConfig;
  readonly reread: () => CircusConfig;
  /** The words that run a stream class of the user. */
  readonly streamHost: readonly string[];
  readonly log: Logger;
  /** The words that run the hook host. */
  readonly hookHost: readonly string[];
  /** Sockets that circusd was started with. */
  readonly activated: readonly ActivatedSocket[];
  /** Names this process for as long as it runs; null: no such file. */
  readonly pidfile: string | null;
  /** What another program of this process has left; without it circusd starts. */
  readonly state: ReadState | undefined;
}

/**
 * Runs until everything has ended.
 *
 * @throws StartupError the pidfile is another's; an endpoint or a socket cannot be bound
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { state, log, pidfile } = options;
  const { arbiter, endpoints } = build(options);
  // Before anything is there that a signal would leave behind.
  handleSignals(arbiter, log);
  if (pidfile !== null && state === undefined) claimPidfile(pidfile);
  try {
    if (state === undefined) await open(arbiter, endpoints, options);
    else await goOn(arbiter, endpoints, options, state);
    if (state === undefined) void announceStart(arbiter, log);
    await arbiter.ended;
  } finally {
    await endpoints.close();
    arbiter.closeSockets();
    if (pidfile !== null) removePidfile(pidfile);
  }
}

function claimPidfile(path: string): void {
  try {
    writePidfile(path);
  } catch (error) {
    throw new StartupError(error instanceof Error ? error.message : String(error));
  }
}

function build({ version, config, reread, log, hookHost, streamHost }: DaemonOptions): {
  arbiter: Arbiter;
  endpoints: Endpoints;
} {
  const events = new EventPublisher(log);
  const logs = new LogPublisher(config.circus.log_endpoint, log);
  const arbiter: Arbiter = new Arbiter({
    version,
    config,
    reread,
    log,
    hookHost,
    streamHost,
    onEvent: (event) => events.publish(event),
    logChannel: logs,
    upgrade: (request) => upgrade.begin(request),
  });
  const control = new ControlEndpoint(arbiter, log);
  const endpoints = new Endpoints({ control, events, logs }, log);
  const upgrade = new Upgrade({ version, arbiter, endpoints, log });
  return { arbiter, endpoints };
}

async function open(arbiter: Arbiter, endpoints: Endpoints, options: DaemonOptions): Promise<void> {
  const { log, config } = options;
  log.info(`Starting master on pid ${process.pid}`);
  await endpoints.openEvents(config.circus.pubsub_endpoint);
  openSockets(arbiter, options);
  const { endpoint, endpoint_owner: ownerName } = config.circus;
  const owner = ownerName === null ? undefined : resolveUser(ownerName);
  await endpoints.openControl(endpoint, owner);
}

/** Supervision comes first: whatever the endpoints do, nobody is left alone. */
async function goOn(
  arbiter: Arbiter,
  endpoints: Endpoints,
  { log }: DaemonOptions,
  { saved, unpack }: ReadState,
): Promise<void> {
  arbiter.takeOver(saved.arbiter, unpack);
  if (saved.endpoints !== null) endpoints.takeOver(saved.endpoints);
  arbiter.goOn(saved.arbiter);
  const { version, generation } = arbiter;
  log.info(`Upgraded from circusd ${saved.version} to ${version}, generation ${generation}`);
  if (saved.endpoints !== null) await endpoints.openAgain(saved.endpoints);
}

function openSockets(arbiter: Arbiter, { activated }: DaemonOptions): void {
  try {
    arbiter.openSockets(activated);
  } catch (error) {
    if (error instanceof SocketsRefused) throw new StartupError(error.message);
    throw error;
  }
}

async function announceStart(arbiter: Arbiter, log: Logger): Promise<void> {
  if (arbiter.isEnding) return;
  try {
    await arbiter.run();
  } catch (error) {
    log.error(`not everything has started: ${error instanceof Error ? error.message : error}`);
  }
  log.info('Arbiter now waiting for commands');
}
