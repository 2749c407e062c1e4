/** When the system has no more processes or descriptors: told, waited out, and nobody else's matter. */
import assert from 'node:assert/strict';
import { chownSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { hasComponent, makeFolder, startDaemon } from './daemon.ts';
import { until } from './until.ts';

/** A user that nobody else uses, so that its limits count our processes alone. */
const lonelyUser = 54_321;

const canRoot = (t: TestContext): boolean => hasComponent(t, 'root', process.getuid?.() === 0);

test('no more processes: told, backed off, and started once there are', async (t) => {
  if (!canRoot(t)) return;
  const folder = makeFolder(t);
  chownSync(folder, lonelyUser, lonelyUser);
  const daemon = await startDaemon(
    t,
    `[watcher:calm]
cmd = sleep 600
priority = 9
[watcher:greedy]
cmd = sleep 600
numprocesses = 60
backoff_max = 0.3
`,
    {
      folder,
      // Threads count, too: node and zeromq have some 15.
      launcher: [
        'prlimit',
        '--nproc=45:45',
        'setpriv',
        `--reuid=${lonelyUser}`,
        `--regid=${lonelyUser}`,
        '--clear-groups',
        '--bounding-set=-all',
      ],
    },
  );
  const failed = await daemon.awaitEvent('greedy', 'spawn_failed').catch(() => undefined);
  const replay = await daemon.replay({ name: 'greedy' });
  const failure =
    failed?.payload ?? replay.find(({ topic }) => topic === 'watcher.greedy.spawn_failed');
  assert.equal(failure?.['permanent'], false);
  assert.match(String(failure?.['reason']), /EAGAIN/);
  assert.match(daemon.log, /ERROR\] cannot spawn a greedy process: .*EAGAIN/);
  const calm = await daemon.running('calm', 1);
  const { trouble } = await daemon.call('status', { name: 'greedy' });
  assert.match(String(trouble), /EAGAIN.*next attempt in/);
  // Many more attempts than max_retry, and it has not given up.
  await until(
    'many attempts',
    async () => (await daemon.replay({ name: 'greedy' })).length,
    (count) => count > 80,
  );
  assert.notEqual(await daemon.status('greedy'), 'stopped');
  await daemon.call('set', { name: 'greedy', options: { numprocesses: 3 }, waiting: true });
  await daemon.running('greedy', 3);
  await daemon.call('incr', { name: 'calm', waiting: true });
  assert.equal((await daemon.pids('calm'))[0], calm[0]);
});

test('no more descriptors: workers are started all the same or tried again, circusd serves', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:calm]
cmd = sleep 600
[watcher:many]
cmd = sleep 600
numprocesses = 100
backoff_max = 0.3
`,
    // A hard limit close to what node and zeromq need for themselves.
    { launcher: ['prlimit', '--nofile=90:90'] },
  );
  await daemon.running('calm', 1);
  // A worker costs circusd no descriptor.
  await daemon.running('many', 100);
  const from = daemon.events.length;
  await daemon.call('restart', { name: 'many', waiting: true });
  await daemon.caughtUp();
  assert.equal(daemon.names(from, 'many').filter((name) => name === 'spawn').length, 100);
  assert.equal(daemon.names(from, 'many').filter((name) => name === 'spawn_failed').length, 0);
});

test('starts workers under a hard limit of 64 open files', async (t) => {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\nnumprocesses = 3\n', {
    launcher: ['prlimit', '--nofile=64:64'],
  });
  await daemon.running('web', 3);
});

test('a watcher that cannot be started delays no other', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:broken]
cmd = /no/such/program
priority = 9
max_retry = -1
[watcher:unlimited]
cmd = sleep 600
priority = 8
rlimit_nofile = 2000000000
max_retry = -1
[watcher:good]
cmd = sleep 600
`,
    { listens: false },
  );
  await daemon.running('good', 1);
  assert.equal(await daemon.status('broken'), 'starting');
});
