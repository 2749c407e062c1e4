/** Graceful reloads: new processes get ready before old ones go, or nothing has happened (manual 5.5). */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '#libs/protocol';
import { type Daemon, makeFolder, startDaemon } from './daemon.ts';
import { until } from './until.ts';

interface Setting {
  readonly daemon: Daemon;
  /** New processes get ready while it is there. */
  readonly flag: string;
  /** Those that run at first. */
  readonly pids: number[];
}

async function prepare(t: TestContext, options = ''): Promise<Setting> {
  const folder = makeFolder(t);
  const flag = join(folder, 'out', 'flag');
  writeFileSync(flag, '');
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = sh -c 'while ! test -e ${flag}; do sleep 0.05; done; echo >&$READINESS_FD; exec sleep 100'
numprocesses = 3
readiness = fd
readiness_timeout = 20
${options}`,
    { folder },
  );
  return { daemon, flag, pids: await daemon.running('web', 3) };
}

function look(daemon: Daemon): Promise<JsonObject> {
  return daemon.call('status', { name: 'web' });
}

/** Whoever asked is told first; then the new processes go. */
async function keeps(daemon: Daemon, pids: readonly number[]): Promise<void> {
  await until(
    'the old processes alone are there',
    () => daemon.pids('web'),
    (now) => String(now) === String(pids),
  );
}

test('a reload that gets nowhere is rolled back; circusctl tells why and exits 3', async (t) => {
  const { daemon, flag, pids } = await prepare(t);
  rmSync(flag);
  await daemon.call('set', { name: 'web', options: { readiness_timeout: 0.5 } });
  const from = daemon.events.length;
  const { code, stderr } = await daemon.ctl('reload', 'web', '--waiting');
  assert.equal(code, 3);
  assert.match(stderr, /error: pid \d+ did not get ready within 0.5 s/);
  await keeps(daemon, pids);
  const { payload } = await daemon.awaitEvent('web', 'reload_failed', from);
  assert.match(String(payload['reason']), /did not get ready within 0.5 s/);
  const names = daemon.names(from, 'web');
  assert.ok(names.includes('reload_started') && !names.includes('reload'));
  const { trouble, status } = await look(daemon);
  assert.equal(status, 'active');
  assert.match(String(trouble), /^reload rolled back: pid \d+ did not get ready/);
});

test('status tells how far a reload is, and reload_surge bounds how many are new at a time', async (t) => {
  const { daemon, flag, pids } = await prepare(t, 'reload_surge = 1');
  rmSync(flag);
  const reloaded = daemon.call('reload', { name: 'web', waiting: true });
  const { ready } = await until(
    'one new process is there',
    () => look(daemon),
    ({ reload }) => reload === '0/3 new, 3 old',
  );
  assert.equal(ready, '3/3');
  const { reloads } = await daemon.call('status');
  assert.deepEqual(reloads, { web: '0/3 new, 3 old' });
  await until(
    'it lives',
    () => daemon.pids('web'),
    ({ length }) => length === 4,
  );
  let most = 0;
  writeFileSync(flag, '');
  await until(
    'the reload ends',
    async () => {
      most = Math.max(most, (await daemon.pids('web')).length);
      return (await look(daemon))['reload'];
    },
    (reload) => reload === undefined,
  );
  await reloaded;
  assert.ok(most <= 4, `${most} at once`);
  const now = await daemon.pids('web');
  assert.ok(now.length === 3 && now.every((pid) => !pids.includes(pid)));
  assert.deepEqual(
    daemon.names(0, 'web').filter((name) => name.startsWith('reload')),
    ['reload_started', 'reload'],
  );
});

test('reload --abort rolls back what is under way, and who waits for it gets an error', async (t) => {
  const { daemon, flag, pids } = await prepare(t);
  rmSync(flag);
  const waiting = daemon.ctl('reload', 'web', '--waiting');
  await until(
    'new processes are there',
    () => daemon.pids('web'),
    ({ length }) => length === 6,
  );
  const { code } = await daemon.ctl('reload', 'web', '--abort', '--waiting');
  assert.equal(code, 0);
  const outcome = await waiting;
  assert.equal(outcome.code, 3);
  assert.match(outcome.stderr, /the reload of web was aborted/);
  await keeps(daemon, pids);
});

test('a stop ends a reload, and who waits for it is told', async (t) => {
  const { daemon, flag } = await prepare(t);
  rmSync(flag);
  const waiting = daemon.call('reload', { name: 'web', waiting: true });
  const refused = assert.rejects(waiting, /web was stopped during its reload/);
  await until(
    'new processes are there',
    () => daemon.pids('web'),
    ({ length }) => length === 6,
  );
  await daemon.call('stop', { name: 'web', waiting: true });
  await refused;
  assert.deepEqual(await daemon.pids('web'), []);
});

test('a new process that dies before it is ready rolls a reload back with its exit code', async (t) => {
  const folder = makeFolder(t);
  const flag = join(folder, 'out', 'flag');
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = sh -c 'test -e ${flag} && exit 4; echo >&$READINESS_FD; exec sleep 100'
readiness = fd`,
    { folder },
  );
  const pids = await daemon.running('web', 1);
  writeFileSync(flag, '');
  await assert.rejects(
    daemon.call('reload', { name: 'web', waiting: true }),
    /pid \d+ ended before it was ready, with exit code 4/,
  );
  await keeps(daemon, pids);
});

test('restart --waiting waits until the new processes are ready', async (t) => {
  const { daemon, flag, pids } = await prepare(t);
  rmSync(flag);
  const restarted = daemon.call('restart', { name: 'web', waiting: true });
  await until(
    'it starts',
    () => look(daemon),
    ({ status, ready }) => status === 'starting' && ready === '0/3',
  );
  writeFileSync(flag, '');
  await restarted;
  const { status, ready } = await look(daemon);
  assert.deepEqual([status, ready], ['active', '3/3']);
  assert.ok((await daemon.pids('web')).every((pid) => !pids.includes(pid)));
});
