/** on_demand: nothing runs until somebody connects (manual 5.7, protocol 7.5). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, askByDatagram, serve, startDaemon } from './sockets-daemon.ts';
import { until } from './until.ts';

test('starts with the first connection, serves it, and waits again when its process is gone', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:lazy]
cmd = ${serve('lazy', '--lives 2')}
use_sockets = True
on_demand = True
[watcher:other]
cmd = ${serve('other')}
use_sockets = True
on_demand = True
[socket:lazy]
port = 0
[socket:other]
port = 0
`,
  );
  const status = async (name: string) => (await daemon.call('status', { name }))['status'];
  assert.deepEqual(await daemon.pids('lazy'), []);
  assert.equal(await status('lazy'), 'stopped');
  const port = await daemon.port('lazy');
  const first = await ask(port);
  assert.deepEqual(await daemon.pids('lazy'), [first.pid]);
  assert.equal((await ask(port)).pid, first.pid);
  await until(
    'it waits again',
    () => status('lazy'),
    (seen) => seen === 'stopped',
  );
  assert.deepEqual(await daemon.pids('lazy'), []);
  const burst = await Promise.all(Array.from({ length: 6 }, () => ask(port)));
  assert.equal(new Set(burst.map(({ pid }) => pid)).size, 3);
  assert.deepEqual(await daemon.pids('other'), [], 'only the one that was asked for');
});

test('starts with the first datagram, and at a path', async (t) => {
  const daemon = await startDaemon(
    t,
    (folder) => `[watcher:udp]
cmd = ${serve('udp')}
use_sockets = True
on_demand = True
[watcher:unix]
cmd = ${serve('unix')}
use_sockets = True
on_demand = True
[watcher:own]
cmd = ${serve('own')}
use_sockets = True
on_demand = True
[socket:udp]
port = 0
type = SOCK_DGRAM
[socket:unix]
path = ${folder}/unix.sock
[socket:own]
port = 0
so_reuseport = True
`,
  );
  await askByDatagram(await daemon.port('udp'));
  await ask(join(daemon.folder, 'unix.sock'));
  await ask(await daemon.port('own'));
});

test('a process that dies without serving is started again ever more slowly', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:broken]
cmd = ${serve('broken', '--dies-at-start')}
use_sockets = True
on_demand = True
[socket:broken]
port = 0
`,
  );
  ask(await daemon.port('broken')).catch(() => undefined);
  const spawns = () => daemon.log.split('running broken process').length - 1;
  await until('it was tried several times', spawns, (count) => count >= 3);
  await delay(1_000);
  assert.ok(spawns() < 12, `${spawns()} processes in about a second`);
});

test('stop ends the waiting, start begins it, and turning the option off starts it', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:lazy]
cmd = ${serve('lazy')}
use_sockets = True
on_demand = True
[socket:lazy]
port = 0
`,
  );
  const port = await daemon.port('lazy');
  await daemon.call('stop', { name: 'lazy', waiting: true });
  const asked = ask(port);
  await delay(100);
  assert.deepEqual(await daemon.pids('lazy'), []);
  await daemon.call('start', { name: 'lazy', waiting: true });
  await asked;
  await daemon.call('stop', { name: 'lazy', waiting: true });
  await daemon.call('start', { name: 'lazy', waiting: true });
  assert.deepEqual(await daemon.pids('lazy'), []);
  await daemon.call('set', { name: 'lazy', options: { on_demand: false }, waiting: true });
  await daemon.running('lazy', 1);
});

test('circusd ends at once while it waits', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:lazy]
cmd = ${serve('lazy')}
use_sockets = True
on_demand = True
[socket:lazy]
port = 0
`,
  );
  const begin = performance.now();
  assert.equal(await daemon.stop(), 0);
  assert.ok(performance.now() - begin < 3_000);
});
