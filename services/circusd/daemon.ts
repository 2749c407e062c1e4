/** circusd from its configuration to its end: arbiter, endpoints, signals, in the right order. */
import { Arbiter, SocketsRefused } from '#libs/arbiter';
import type { CircusConfig } from '#libs/config';
import type { Logger } from '#libs/logging';
import { type ActivatedSocket, resolveUser, type User } from '#libs/native';
import { ControlEndpoint } from './control-endpoint.ts';
import { EventPublisher } from './event-publisher.ts';
import { LogPublisher } from './log-publisher.ts';
import { removePidfile, writePidfile } from './pidfile.ts';
import { handleSignals } from './signals.ts';
import { refuseLiveSocket, SocketFile, socketPath } from './socket-file.ts';
import { StartupError } from './startup-error.ts';

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
}

/**
 * Runs until everything has ended.
 *
 * @throws StartupError the pidfile is another's; an endpoint or a socket cannot be bound
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { version, config, reread, log, hookHost, streamHost, pidfile } = options;
  log.info(`Starting master on pid ${process.pid}`);
  const publisher = new EventPublisher(log);
  const onEvent = publisher.publish.bind(publisher);
  const logChannel = new LogPublisher(config.circus.log_endpoint, log);
  const hosts = { hookHost, streamHost };
  const arbiter = new Arbiter({ version, config, reread, log, onEvent, logChannel, ...hosts });
  const control = new ControlEndpoint(arbiter, log);
  const { endpoint, endpoint_owner: ownerName, pubsub_endpoint } = config.circus;
  const owner = ownerName === null ? undefined : resolveUser(ownerName);
  // Before anything is there that a signal would leave behind.
  handleSignals(arbiter, log);
  if (pidfile !== null) claimPidfile(pidfile);
  const files: (SocketFile | undefined)[] = [];
  try {
    files.push(await bind(publisher, 'pubsub_endpoint', pubsub_endpoint));
    openSockets(arbiter, options);
    files.push(await bind(control, 'endpoint', endpoint, owner));
    const serving = [publisher.serve(), control.serve()];
    void announceStart(arbiter, log);
    await arbiter.ended;
    await Promise.all([control.close(), publisher.close(), logChannel.close()]);
    await Promise.all(serving);
  } finally {
    for (const file of files) file?.remove();
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

async function bind(
  socket: { bind(endpoint: string): Promise<void> },
  option: string,
  endpoint: string,
  owner?: User,
): Promise<SocketFile | undefined> {
  try {
    const path = socketPath(endpoint);
    if (path !== undefined) await refuseLiveSocket(path);
    await socket.bind(endpoint);
    return path === undefined ? undefined : new SocketFile(path, owner);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new StartupError(`[circus] ${option} = ${endpoint} cannot be bound: ${cause}`);
  }
}
