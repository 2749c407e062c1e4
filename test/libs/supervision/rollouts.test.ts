import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';

/** What a command is told that is not about the pids of one watcher. */
const nothing = { started: [], stopped: [], kept: [] };

function startAll(world: World): number {
  return world.order({ type: 'start', keys: Object.keys(world.state.watchers), isOne: false });
}

test('does not fail a start of all while a watcher waits for its turn', () => {
  const world = new World(1_000);
  for (const key of ['a', 'b']) world.add(key, {}, false);
  const started = startAll(world);
  world.run(900);
  assert.equal(world.answers.get(started), undefined);
  world.run(900);
  assert.deepEqual(world.answers.get(started), { result: nothing });
});

test('passes over a queued watcher that was removed, and starts those behind it', () => {
  const world = new World(1_000);
  for (const key of ['a', 'b', 'c']) world.add(key, {}, false);
  world.add('b2', { gracefulTimeoutMs: 50 });
  world.run(10);
  world.order({ type: 'remove', key: 'b2', nostop: false });
  const started = startAll(world);
  world.run(10_000);
  assert.deepEqual(world.events('c'), ['spawn', 'start']);
  assert.deepEqual(world.answers.get(started), { reason: 'the watcher was removed' });
});

test('a warm-up that ends while another watcher moves is not forgotten', () => {
  const world = new World();
  world.add('a', { warmupDelayMs: 50 }, false);
  world.add('b', {}, false);
  startAll(world);
  world.run(50);
  world.now = 51;
  world.feed({ type: 'demand', key: 'b' });
  world.run(10);
  assert.equal(world.watcher('a').state, 'active');
});

test('answers a reload of all although a restart overtakes it before a watcher has its turn', () => {
  const world = new World();
  for (const key of ['a', 'b']) world.add(key);
  world.run(10);
  const order = { keys: ['a', 'b'], isOne: false } as const;
  const reloaded = world.order({ type: 'reload', how: 'graceful', ...order });
  const restarted = world.order({ type: 'restart', ...order });
  world.run(1_000);
  assert.ok(world.answers.has(restarted));
  assert.ok(world.answers.has(reloaded));
});

test('answers a reload of all although a watcher is stopped and started before its turn', () => {
  const world = new World();
  for (const key of ['a', 'b']) world.add(key);
  world.run(10);
  const keys = ['a', 'b'];
  const reloaded = world.order({ type: 'reload', how: 'graceful', keys, isOne: false });
  world.stop('b');
  world.start('b');
  world.run(1_000);
  assert.deepEqual(world.answers.get(reloaded), { result: nothing });
});
