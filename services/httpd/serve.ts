/** Runs the server until a signal ends it. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '#libs/logging';
import { Guard } from './access/guard.ts';
import { Hosts } from './access/hosts.ts';
import { OneTimeLink } from './access/one-time-link.ts';
import { sessionKey, sessionKeyPath } from './access/session-key.ts';
import { Sessions } from './access/sessions.ts';
import { UsersFile } from './access/users-file.ts';
import type { HttpdArguments } from './arguments.ts';
import { Console } from './console.ts';
import { createServer } from './server.ts';

/** Pages have websockets open: they are not waited for longer. */
const goodbyeMs = 500;

interface Settings extends HttpdArguments {
  readonly log: Logger;
  readonly version: string;
  readonly assets: string;
}

/** @throws Error it cannot start: the address, the users file */
export async function serve(settings: Settings): Promise<void> {
  const { log, endpoint, basePath, port, host } = settings;
  const users = settings.usersFile === undefined ? undefined : new UsersFile(settings.usersFile);
  // a file that cannot be read is told now, not to the first visitor
  users?.find('');
  const link = users === undefined ? new OneTimeLink() : undefined;
  const key = sessionKey(sessionKeyPath(process.env), (reason) => {
    log.warn(`a restart of circushttpd will sign everybody out: ${reason}`);
  });
  const guard = new Guard({
    hosts: new Hosts(host, settings.allowedHost),
    sessions: new Sessions(key),
    ...(users === undefined ? {} : { users }),
    ...(link === undefined ? {} : { link }),
    basePath,
    cookieName: `circus_session_${settings.fd === undefined ? port : `fd${settings.fd}`}`,
  });
  const console = new Console(endpoint, log);
  const app = await createServer({
    ...settings,
    console,
    guard,
    commands: { client: () => console.client, log, canAdd: settings.add },
    openMetrics: settings.openMetrics || (users === undefined && isLoopback(host)),
  });
  await listen(app, settings);
  const url = urlOf(app, basePath);
  log.info(`Listening on ${url}`);
  if (link !== undefined) log.info(`Sign in, once, with ${url}#${link.fragment}`);
  if (!isLoopback(host) && settings.fd === undefined) {
    log.warn(`${host} can be reached from other machines: put a proxy with TLS in front`);
  }
  await endOfSignal();
  log.info('Stopping');
  const goodbye = setTimeout(() => process.exit(0), goodbyeMs);
  console.close();
  await app.close();
  clearTimeout(goodbye);
  await log.close();
  process.exit(0);
}

async function listen(app: FastifyInstance, { fd, host, port }: Settings): Promise<void> {
  await app.ready();
  const { server } = app;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(refusal(error, host, port))),
    );
    if (fd === undefined) server.listen(port, host, resolve);
    else server.listen({ fd }, resolve);
  });
}

function refusal({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE')
    return `${host}:${port} is in use by another program; --port chooses another`;
  if (code === 'EACCES') return `${host}:${port} needs more rights; --port chooses another`;
  return `cannot listen on ${host}:${port}: ${message}`;
}

function urlOf(app: FastifyInstance, basePath: string): string {
  const address = app.server.address() as AddressInfo | string | null;
  if (address === null || typeof address === 'string') return `${address ?? ''}`;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}${basePath}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

async function endOfSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const) {
      process.once(signal, () => resolve());
    }
  });
}
