/** `getArbiter` and `Arbiter` (manual 5.9.1, 5.9.2). */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findFreePorts } from '../daemon/free-ports.ts';
import { library, quiet, stateOf, until } from './load.ts';

const { Arbiter, CircusClient, CircusConsumer, getArbiter, Watcher } = library;

const nowhere = { controller: null, pubsub_endpoint: null, background: true, log: quiet } as const;

function endpointsOf(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'circus-library-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { controller: `ipc://${folder}/control`, pubsub_endpoint: `ipc://${folder}/events` };
}

test('start lasts until the arbiter has ended, as in Python, and a client can end it', async (t) => {
  const endpoints = endpointsOf(t);
  const arbiter = getArbiter('sleep 600', { ...endpoints, numprocesses: 3, log: quiet });
  t.after(() => arbiter.stop());
  const ended = arbiter.start();
  const client = new CircusClient(endpoints.controller);
  t.after(() => client.close());
  await until(
    () => arbiter.numprocesses() === 3,
    () => arbiter.numprocesses(),
  );
  const consumer = new CircusConsumer(endpoints.pubsub_endpoint, ['watcher.sleep.']);
  await consumer.open();
  const stopped = (async () => {
    for await (const { topic } of consumer) if (topic === 'watcher.sleep.stop') return;
  })();
  assert.equal((await client.call('incr', { name: 'sleep', waiting: true }))['numprocesses'], 4);
  const pids = arbiter.getWatcher('SLEEP')?.pids ?? [];
  await client.call('quit');
  await ended;
  await stopped;
  assert.deepEqual(pids.map(stateOf), [undefined, undefined, undefined, undefined]);
  await arbiter.stop();
});

test('a list of watchers: names, environment, order of everything else', async (t) => {
  const arbiter = getArbiter(
    [
      { cmd: '/bin/sleep 600' },
      { name: 'other', cmd: 'sleep', args: ['601'], env: { OWN: '1' } },
      { name: 'asleep', cmd: 'sleep 602', autostart: false, 'flapping.window': 5 },
    ],
    { ...nowhere, env: { COMMON: '1' }, stream_backend: 'gevent' },
  );
  t.after(() => arbiter.stop());
  await arbiter.start();
  assert.equal(arbiter.numwatchers(), 3);
  const [asleep, other, sleep] = arbiter.watchers();
  assert.deepEqual(
    [asleep, other, sleep].map((watcher) => [watcher?.name, watcher?.status]),
    [
      ['asleep', 'stopped'],
      ['other', 'active'],
      ['sleep', 'active'],
    ],
  );
  assert.deepEqual(
    [other?.options()['env'], sleep?.options()['env']],
    [{ OWN: '1' }, { COMMON: '1' }],
  );
  assert.equal(asleep?.options()['flapping.window'], '5');
  await arbiter.startWatchers();
  await arbiter.stopWatchers();
  assert.equal(arbiter.numprocesses(), 0);
});

test('watchers come and go, sockets are held, reloads call their function', async (t) => {
  let reloads = 0;
  const arbiter = new Arbiter([new Watcher('one', 'sleep 600')], {
    background: true,
    log: quiet,
    sockets: { web: { host: '127.0.0.1', port: 0 } },
    prereload_fn: () => {
      reloads += 1;
    },
  });
  t.after(() => arbiter.stop());
  await arbiter.start();
  assert.equal(arbiter.sockets()[0]?.name, 'web');
  const command = 'cat <&$(circus.sockets.web) 2>&1; sleep 600';
  const late = await arbiter.addWatcher('late', command, { shell: true, use_sockets: true });
  await assert.rejects(arbiter.addWatcher('LATE', 'true'), { code: 'already_exists' });
  const before = late.pids;
  await arbiter.reload();
  assert.equal(reloads, 1);
  assert.notDeepEqual(late.pids, before);
  const { pids } = late;
  await arbiter.rm('late');
  assert.deepEqual(pids.map(stateOf), [undefined]);
  assert.equal(arbiter.getWatcher('late'), undefined);
  assert.throws(() => late.numprocesses, { code: 'not_found' });
});

test('everything that is wrong is told at once, before anything runs', () => {
  const build = (): unknown =>
    getArbiter(
      [
        { name: 'a', cmd: 'true', uid: 'nobody-of-this-name' },
        { name: 'b', cmd: 'true', numprocesses: 20_000 },
        { name: 'B', cmd: 'true', depends_on: ['missing'] },
      ],
      { ...nowhere, sockets: { web: { port: 70_000 } } },
    );
  assert.throws(build, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'invalid_message');
    for (const part of [
      'nobody-of-this-name',
      'too high',
      'is there twice',
      'missing',
      'socket:web port',
    ]) {
      assert.ok(error.message.includes(part), `${part} in:\n${error.message}`);
    }
    return true;
  });
});

test('what Node has no use for, and what cannot work, is refused with the reason', () => {
  const withLoop = { loop: {} };
  assert.throws(() => getArbiter('true', withLoop), /loop is no parameter here: a program has one/);
  const plugins = [{ use: 'circus.plugins.flapping.Flapping' }];
  assert.throws(
    () => getArbiter('true', { ...nowhere, plugins }),
    /plugins: give endpoint and pubsub_endpoint too/,
  );
});

test('an address in use is told by start, and nothing is left of it', async (t) => {
  const endpoints = endpointsOf(t);
  const first = getArbiter('sleep 600', { ...endpoints, background: true, log: quiet });
  t.after(() => first.stop());
  await first.start();
  const second = getArbiter('sleep 600', { ...endpoints, background: true, log: quiet });
  await assert.rejects(second.start(), { name: 'BindError', message: /pubsub_endpoint = ipc:/ });
  await second.stop();
  assert.equal(second.numprocesses(), 0);
  await first.stop();
});

test('a plugin, statistics and the console run beside the watchers', async (t) => {
  const [port = 0] = await findFreePorts(1);
  const endpoints = endpointsOf(t);
  const arbiter = getArbiter('sleep 600', {
    ...endpoints,
    background: true,
    log: quiet,
    stats_endpoint: endpoints.controller.replace('control', 'stats'),
    plugins: [{ use: 'circus.plugins.flapping.Flapping', name: 'flapping', attempts: 3 }],
    httpd: true,
    httpd_port: port,
  });
  t.after(() => arbiter.stop());
  await arbiter.start();
  assert.deepEqual(
    arbiter.watchers().map(({ name, pids }) => [name, pids.length]),
    [
      ['circusd-stats', 1],
      ['circushttpd', 1],
      ['plugin:flapping', 1],
      ['sleep', 1],
    ],
  );
  const consumer = new CircusConsumer(endpoints.controller.replace('control', 'stats'), ['stat.']);
  for await (const { topic } of consumer) if (topic.startsWith('stat.sleep')) break;
  await arbiter.stop();
});
