/** `Watcher` by itself (manual 5.9.2). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { library, stateOf, until } from './load.ts';

const { Watcher } = library;

test('keeps its processes by itself, as many as are wanted, and stops clean', async (t) => {
  const watcher = new Watcher('web', 'sleep 600', { numprocesses: 2, args: ['601'] });
  t.after(() => watcher.stop());
  assert.equal(watcher.status, 'stopped');
  await watcher.start();
  assert.equal(watcher.status, 'active');
  const [victim] = watcher.processes();
  assert.ok(victim !== undefined && watcher.pids.length === 2);
  victim.sendSignal('KILL');
  await until(
    () => watcher.pids.length === 2 && !watcher.pids.includes(victim.pid),
    () => watcher.pids,
  );
  await watcher.spawnProcess();
  assert.equal(watcher.numprocesses, 3);
  const pids = watcher.pids;
  await watcher.stop();
  assert.deepEqual(pids.map(stateOf), [undefined, undefined, undefined]);
  assert.equal(watcher.status, 'stopped');
});

test('starts again after it was stopped', async (t) => {
  const watcher = new Watcher('web', 'sleep 600');
  t.after(() => watcher.stop());
  await watcher.start();
  await watcher.stop();
  await watcher.start();
  assert.equal(watcher.pids.length, 1);
});

test('its events come in order, the program’s own among them, and end with it', async (t) => {
  const watcher = new Watcher('web', 'sleep 600');
  t.after(() => watcher.stop());
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { topic, payload } of watcher.events()) {
      seen.push(`${topic} ${payload['color'] ?? ''}`.trim());
    }
  })();
  await watcher.start();
  watcher.notifyEvent('painted', { color: 'red' });
  await watcher.stop();
  await reading;
  assert.deepEqual(seen, [
    'watcher.web.spawn',
    'watcher.web.start',
    'watcher.web.painted red',
    'watcher.web.kill',
    'watcher.web.reap',
    'watcher.web.stop',
  ]);
});

test('kill, restart and reload replace the processes; prereload_fn is called first', async (t) => {
  const calls: number[] = [];
  const watcher = new Watcher('web', 'sleep 600', {
    numprocesses: 2,
    prereload_fn: () => calls.push(watcher.pids.length),
  });
  t.after(() => watcher.stop());
  await watcher.start();
  const replaced = async (how: () => Promise<void>): Promise<void> => {
    const before = watcher.pids;
    await how();
    await until(
      () => watcher.pids.length === 2 && watcher.pids.every((pid) => !before.includes(pid)),
      () => ({ before, after: watcher.pids }),
    );
  };
  await replaced(() => watcher.killProcesses());
  await replaced(() => watcher.restart());
  await replaced(() => watcher.reload());
  assert.deepEqual(calls, [2]);
  const [first] = watcher.processes();
  await first?.stop();
  await until(
    () => watcher.pids.length === 2 && !watcher.pids.includes(first?.pid ?? 0),
    () => watcher.pids,
  );
});

test('a prereload_fn that fails keeps the processes', async (t) => {
  const watcher = new Watcher('web', 'sleep 600', {
    prereload_fn: () => {
      throw new Error('not now');
    },
  });
  t.after(() => watcher.stop());
  await watcher.start();
  const { pids } = watcher;
  await assert.rejects(watcher.reload(), { code: 'failed', message: /prereload_fn.*not now/ });
  assert.deepEqual(watcher.pids, pids);
});

test('processes are looked after and managed when asked to as well', async (t) => {
  const watcher = new Watcher('web', 'sleep 600 & wait', { shell: true });
  t.after(() => watcher.stop());
  await watcher.start();
  watcher.reapProcesses();
  watcher.manageProcesses();
  watcher.reapAndManageProcesses();
  await watcher.spawnProcesses();
  const [process] = watcher.processes();
  assert.ok(process !== undefined);
  await until(
    () => process.children().length === 1,
    () => process.info(),
  );
  const [child = 0] = process.children();
  watcher.sendSignalChild(process.pid, child, 'KILL');
  await until(
    () => !watcher.pids.includes(process.pid),
    () => watcher.pids,
  );
  await watcher.set({ graceful_timeout: 1 });
  assert.equal(watcher.options()['graceful_timeout'], 1);
});

test('what cannot be started is told by its events, and start does not hang', async (t) => {
  const watcher = new Watcher('web', '/no/such/program', { max_retry: 1 });
  t.after(() => watcher.stop());
  await assert.rejects(watcher.start(), /no\/such\/program/);
  assert.throws(() => new Watcher('other', 'true').numprocesses, { code: 'not_found' });
});
