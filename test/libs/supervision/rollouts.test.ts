import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';

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
  assert.deepEqual(world.answers.get(started), { result: {} });
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
