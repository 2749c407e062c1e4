/** Four servers that take half a second to start, run by circusd, by PM2 and by gunicorn. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '../daemon/free-ports.ts';
import { listEntries, type RunningDaemon, waitUntil, withDaemon } from '../daemon/index.ts';
import type { ReloadSubject } from './reload-storm.ts';

const workers = 4;
const patienceMs = 30_000;
const server = resolve('test/fixtures/drain_server.mjs');
const run = promisify(execFile);

/** Debian's. */
const gunicorn = '/usr/bin/gunicorn';

/** The configuration of the watcher `web`. */
const webSections = `[watcher:web]
cmd = ${process.execPath} ${server} $(circus.sockets.web) --start 0.5
use_sockets = True
numprocesses = ${workers}
readiness = fd
readiness_timeout = 10
[socket:web]
host = 127.0.0.1
port = 0
`;

/** circusd: graceful reloads, of which each waits until the new processes have said that they serve. */
export async function withCircus<T>(
  use: (subject: ReloadSubject, daemon: RunningDaemon) => Promise<T>,
): Promise<T> {
  return await withDaemon({ sections: webSections }, async (daemon) => {
    const { client } = daemon;
    await client.call('start', { name: 'web', waiting: true });
    const { sockets } = await client.call('listsockets');
    const [{ port } = { port: 0 }] = sockets as unknown as { port: number }[];
    const reload = async (): Promise<void> => {
      await client.call('reload', { name: 'web', waiting: true });
    };
    return await use({ name: 'circus', port, reload, isOurs: true }, daemon);
  });
}

/** PM2's cluster mode with wait_ready, as its page about graceful reloads has it. `folder`: where it is installed. */
export async function withPm2<T>(
  folder: string,
  use: (subject: ReloadSubject) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'pm2-'));
  const port = await findFreePort();
  const pm2 = async (...words: string[]): Promise<void> => {
    const program = resolve(folder, 'node_modules/pm2/bin/pm2');
    await run(process.execPath, [program, ...words], { env: { ...process.env, PM2_HOME: home } });
  };
  const app = {
    name: 'web',
    script: server,
    args: `${port} --start 0.5`,
    exec_mode: 'cluster',
    instances: workers,
    wait_ready: true,
    listen_timeout: 10_000,
    kill_timeout: 30_000,
  };
  const file = join(home, 'web.config.json');
  writeFileSync(file, JSON.stringify({ apps: [app] }));
  try {
    await pm2('start', file);
    await answers(port);
    return await use({ name: 'pm2', port, reload: () => pm2('reload', 'web'), isOurs: false });
  } finally {
    await pm2('kill');
    rmSync(home, { recursive: true, force: true });
  }
}

/** gunicorn, threaded, reloaded by SIGHUP. */
export async function withGunicorn<T>(use: (subject: ReloadSubject) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gunicorn-'));
  const log = join(folder, 'ready');
  writeFileSync(log, '');
  const port = await findFreePort();
  const words = ['-w', `${workers}`, '-k', 'gthread', '--threads', '16', '-b', `127.0.0.1:${port}`];
  const master = spawn(gunicorn, [...words, '--log-level', 'error', 'slow_wsgi:app'], {
    cwd: resolve('test/fixtures'),
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', READY_LOG: log },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    await answers(port);
    await serves(master, log, []);
    const reload = (): Promise<void> => hangUp(master, log);
    return await use({ name: 'gunicorn', port, reload, isOurs: false });
  } finally {
    await end(master);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where gunicorn is, if it is. */
export function hasGunicorn(): boolean {
  return existsSync(gunicorn);
}

async function hangUp(master: ChildProcess, log: string): Promise<void> {
  const before = childrenOf(master);
  master.kill('SIGHUP');
  await serves(master, log, before);
}

/** Waits until all workers are others and serve: gunicorn does not tell when a reload has ended. */
async function serves(master: ChildProcess, log: string, before: readonly number[]): Promise<void> {
  await waitUntil(
    () => {
      const now = childrenOf(master);
      const ready = readFileSync(log, 'utf8').split('\n').map(Number);
      if (now.length !== workers || now.some((pid) => before.includes(pid))) return false;
      return now.every((pid) => ready.includes(pid));
    },
    { withinMs: patienceMs },
    () => `gunicorn: workers before ${before}, now ${childrenOf(master)}`,
  );
}

function childrenOf({ pid }: ChildProcess): number[] {
  return listEntries().flatMap((entry) => (entry.ppid === pid ? [entry.pid] : []));
}

async function end(child: ChildProcess): Promise<void> {
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  child.kill('SIGTERM');
  await waitUntil(hasEnded, { withinMs: 5_000 }, () => '').catch(() => child.kill('SIGKILL'));
}

async function answers(port: number): Promise<void> {
  const connects = (): Promise<boolean> => {
    return new Promise((tell) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => tell(true)).on('error', () => tell(false));
      socket.on('connect', () => socket.destroy());
    });
  };
  await waitUntil(connects, { withinMs: patienceMs, everyMs: 50 }, () => `nobody at ${port}`);
}

/** The version of what is installed, for the figures. */
export function versionOfPm2(folder: string): string {
  const file = resolve(folder, 'node_modules/pm2/package.json');
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version);
}
