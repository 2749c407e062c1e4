import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextDeadline } from '#libs/supervision';
import { World, wellMannered } from './world.ts';

test('asks for no tick to spawn while a watcher is stopping: it would ask again and again', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, reactionMs: 500 });
  world.add('web', { warmupDelayMs: 100, gracefulTimeoutMs: 1_000 });
  world.run(5);
  world.stop('web');
  world.run(200);
  assert.equal(nextDeadline(world.state), 1_005);
});

test('asks for no tick to fill a slot while before_stop is asked', () => {
  const world = new World();
  world.onHook = () => ({ isPassed: true, afterMs: 10_000 });
  world.onSpawn = () => ({ isPermanent: false, reason: 'EAGAIN' });
  world.add('web', { hooks: ['before_stop'] });
  world.run(150);
  world.stop('web');
  assert.equal(nextDeadline(world.state), null);
  world.run(20_000);
  assert.equal(world.watcher('web').state, 'stopped');
});
