/** Programs in another language that know the protocol and nothing of ours. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hasComponent, python, run, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const web = '[watcher:web]\ncmd = sleep 600\n';
const fixturePath = (name: string): string => resolve('test/fixtures', name);

function hasZmq(t: TestContext): boolean {
  const { status } = spawnSync(python, ['-c', 'import zmq']);
  return hasComponent(t, 'python3-zmq', status === 0);
}

test('a DEALER client of the original is served', async (t) => {
  if (!hasZmq(t)) return;
  const daemon = await startDaemon(t, web);
  await daemon.running('web', 1);
  const outcome = await run([python, fixturePath('dealer_client.py'), daemon.endpoint]);
  assert.equal(outcome.code, 0, outcome.stderr);
  const seen = JSON.parse(outcome.stdout);
  assert.equal(seen.numwatchers.numwatchers, 1);
  assert.equal(seen.list.pids.length, 1);
  assert.deepEqual([seen.incr.status, seen.incr.numprocesses], ['ok', 3]);
  assert.deepEqual(
    [seen.unknown.status, seen.unknown.errno, seen.unknown.reason, seen.unknown.tb],
    ['error', 2, "unknown command: 'nope'", null],
  );
  assert.deepEqual(
    [seen.missing.errno, seen.missing.reason],
    [3, "message invalid 'name' is missing"],
  );
  assert.equal(seen.restart.info.started.length, 3);
  assert.equal(seen.restart.info.stopped.length, 3);
  assert.deepEqual(seen.restart.info.kept, []);
  assert.equal(seen.signal.status, 'ok');
  assert.equal(seen.options.options.stop_signal, 15);
  assert.deepEqual(seen.pipelined, ['quick', 'slow']);
  assert.equal(seen.after_casts, null);
  assert.deepEqual(
    [seen.no_id.id, seen.no_id.numprocesses, seen.no_id.watcher_name],
    [null, 2, 'web'],
  );
});

test('a REQ client of the manual is served', async (t) => {
  if (!hasZmq(t)) return;
  const daemon = await startDaemon(t, web);
  await daemon.running('web', 1);
  const outcome = await run([python, fixturePath('req_client.py'), daemon.endpoint]);
  assert.equal(outcome.code, 0, outcome.stderr);
  const [count, restart, unknown, status] = outcome.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(count.numprocesses, 1);
  assert.equal(restart.info.started.length, 1);
  assert.deepEqual([unknown.errno, unknown.id], [2, 5]);
  assert.equal(status.status, 'active');
});

test('a SUB client sees the events in order, with their payloads', async (t) => {
  if (!hasZmq(t)) return;
  const daemon = await startDaemon(t, web);
  await daemon.running('web', 1);
  const reader = daemon.launch([
    python,
    fixturePath('event_reader.py'),
    daemon.pubsub,
    'watcher.web.',
  ]);
  const read = (): [string, { seq: number }][] =>
    reader.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  await until('it reads', async () => {
    await daemon.call('set', { name: 'web', options: { priority: 1 } }).catch(() => undefined);
    await daemon.call('restart', { name: 'web', waiting: true });
    return read().length;
  });
  await daemon.caughtUp();
  const { length } = daemon.events;
  await daemon.call('restart', { name: 'web', waiting: true });
  await daemon.caughtUp();
  const expected = daemon.seen(length, 'web').map(({ topic, payload }) => [topic, payload]);
  await until(
    'the last one',
    read,
    (events) => events.at(-1)?.[1].seq === Object(expected.at(-1)?.[1])['seq'],
  );
  assert.deepEqual(read().slice(-expected.length), expected);
  assert.deepEqual(
    expected.map(([topic]) => topic),
    ['kill', 'reap', 'stop', 'spawn', 'start'].map((name) => `watcher.web.${name}`),
  );
});
