/** Processes come and go under load, and no connection is refused (manual 5.7). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findProcess } from './process-table.ts';
import {
  ask,
  exchange,
  readIfThere,
  type SocketsDaemon,
  serve,
  startDaemon,
} from './sockets-daemon.ts';
import { until } from './until.ts';

const atOnce = 32;

interface Failure {
  readonly code: string;
  readonly localPort: number;
}

/** Connects again and again, a connection a request, without a second attempt. */
class Load {
  readonly failures: Failure[] = [];
  answered = 0;
  #isOver = false;
  readonly #clients: Promise<void>[];

  constructor(port: number) {
    this.#clients = Array.from({ length: atOnce }, () => this.#run(port));
  }

  async #run(port: number): Promise<void> {
    while (!this.#isOver) {
      try {
        await exchange({ host: '127.0.0.1', port });
        this.answered += 1;
      } catch (error) {
        const { code = 'none', localPort = 0 } = error as Partial<Failure>;
        this.failures.push({ code, localPort });
      }
    }
  }

  /** Lets every request that is under way have its answer. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }
}

async function startLoaded(
  t: TestContext,
  { socket = '', words = '', watcher = '' } = {},
): Promise<{ daemon: SocketsDaemon; port: number }> {
  const daemon = await startDaemon(
    t,
    (folder) => `[watcher:web]
cmd = ${serve('web', `--log ${folder}/log --busy 0.002 ${words}`)}
use_sockets = True
numprocesses = 4
backoff_initial = 0
graceful_timeout = 2
${watcher}
[socket:web]
port = 0
${socket}
`,
  );
  await daemon.running('web', 4);
  return { daemon, port: await daemon.port('web') };
}

test('kill -9 of single workers costs only what they had accepted', async (t) => {
  const kills = 12;
  const { daemon, port } = await startLoaded(t);
  const load = new Load(port);
  const killed: number[] = [];
  for (let count = 0; count < kills; count += 1) {
    const before = load.answered;
    const [victim] = await daemon.running('web', 4);
    assert.ok(victim);
    process.kill(victim, 'SIGKILL');
    killed.push(victim);
    await until('the load goes on', () => load.answered > before + 100);
  }
  await load.end();
  assert.deepEqual(
    load.failures.filter(({ code }) => code === 'ECONNREFUSED'),
    [],
  );
  const log = readIfThere(join(daemon.folder, 'log')).split('\n');
  const held = new Set(
    log
      .map((line) => line.split(' ').map(Number))
      .map(([pid, peer]) => (killed.includes(pid ?? 0) ? peer : 0)),
  );
  const printed = load.failures.filter(({ localPort }) => held.has(localPort)).length;
  // A process has one connection at a time, so more would have been lost from the queue. It may die
  // between accept and the line that it writes about it.
  assert.ok(load.failures.length <= kills, JSON.stringify(load.failures));
  const failed = `${load.failures.length} failures, ${printed} of them printed at accept`;
  t.diagnostic(`${load.answered} answers, ${kills} kills, ${failed}`);
});

test('restarts of the whole watcher refuse nobody, and whoever connects meanwhile is served', async (t) => {
  const restarts = 5;
  const { daemon, port } = await startLoaded(t, { words: '--polite' });
  const load = new Load(port);
  for (let count = 0; count < restarts; count += 1) {
    const before = load.answered;
    await daemon.call('restart', { name: 'web', waiting: true });
    await until('the load goes on', () => load.answered > before + 100);
  }
  await daemon.call('stop', { name: 'web', waiting: true });
  const waiting = Array.from({ length: 20 }, () => ask(port));
  await daemon.call('start', { name: 'web', waiting: true });
  await Promise.all(waiting);
  await load.end();
  assert.deepEqual(load.failures, []);
  t.diagnostic(`${load.answered} answers in ${restarts} restarts`);
});

test('so_reuseport: the queue of a dead process goes to its successor', async (t) => {
  const { daemon, port } = await startLoaded(t, { socket: 'so_reuseport = True' });
  const pids = await daemon.running('web', 4);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  // One that is still on its way into the stop would accept a connection, and take it to its grave.
  await until(
    'all are stopped',
    () => pids.map((pid) => findProcess(pid)?.state),
    (states) => states.every((state) => state === 'T'),
  );
  const waiting = Array.from({ length: 40 }, () => ask(port));
  const connected = Promise.all(waiting);
  await until(
    'connections wait in all queues',
    () => waitingAt(port),
    (count) => count >= 40,
  );
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  const answers = await connected;
  const served = new Set(answers.map(({ pid }) => pid));
  assert.ok(served.size > 1 && pids.every((pid) => !served.has(pid)));
  assert.ok(new Set(answers.map(({ fds }) => fds['3'])).size > 1, 'each has a socket of its own');
});

for (const [how, watcher] of [
  ['at once', ''],
  ['in parts', 'reload_surge = 1'],
]) {
  test(`so_reuseport: reloads ${how} and a restart refuse and lose nobody`, async (t) => {
    const own = { socket: 'so_reuseport = True', words: '--polite', watcher };
    const { daemon, port } = await startLoaded(t, own);
    const load = new Load(port);
    for (const command of ['reload', 'restart', 'incr', 'reload']) {
      const before = load.answered;
      await daemon.call(command, { name: 'web', waiting: true });
      await until('the load goes on', () => load.answered > before + 100);
    }
    await load.end();
    assert.deepEqual(load.failures, []);
    assert.equal(listenersAt(port), 5);
  });
}

test('so_reuseport: sockets of processes that are wanted no more are closed', async (t) => {
  const { daemon, port } = await startLoaded(t, { socket: 'so_reuseport = True' });
  assert.equal(listenersAt(port), 4);
  await daemon.call('decr', { name: 'web', nb: 2, waiting: true });
  await until(
    'two are left',
    () => listenersAt(port),
    (count) => count === 2,
  );
  await daemon.call('stop', { name: 'web', waiting: true });
  await until(
    'none is left',
    () => listenersAt(port),
    (count) => count === 0,
  );
  assert.equal(await daemon.port('web'), port);
  await daemon.call('start', { name: 'web', waiting: true });
  await ask(port);
});

test('so_reuseport: nobody waits for a process that has ended for good', async (t) => {
  const { daemon, port } = await startLoaded(t, {
    socket: 'so_reuseport = True',
    watcher: 'respawn = False',
  });
  const [victim = 0] = await daemon.pids('web');
  process.kill(victim, 'SIGKILL');
  await until(
    'its socket is closed',
    () => listenersAt(port),
    (count) => count === 3,
  );
  await Promise.all(Array.from({ length: 40 }, () => ask(port)));
});

/** How many rows of /proc/net/tcp have a local port and a state. */
function countRows(port: number, state: string): number {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readIfThere('/proc/net/tcp').split('\n');
  // sl local_address rem_address st
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return fields.filter(([, local, , st]) => local?.endsWith(ending) && st === state).length;
}

function listenersAt(port: number): number {
  return countRows(port, '0A');
}

/** Connections that are established on the server's side, accepted or not. */
function waitingAt(port: number): number {
  return countRows(port, '01');
}
