import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, wellMannered } from './world.ts';

test('does not call a dormant watcher stopped while descendants of its last run live', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, lifeMs: 2_000, remainsMs: 300 });
  world.add('web', { onDemand: true });
  world.feed({ type: 'demand', key: 'web' });
  world.run(2_010);
  assert.equal(world.watcher('web').state, 'dormant');
  const stopped = world.stop('web');
  world.run(100);
  assert.equal(world.answers.has(stopped), false);
  world.run(300);
  assert.equal(world.left.size, 0);
  assert.ok(world.answers.has(stopped));
  assert.deepEqual(world.events('web'), ['spawn', 'start', 'reap', 'stop']);
});

test('a second quit kills what dead processes have left, at once', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, remainsMs: 20_000 });
  world.add('web');
  world.run(10);
  world.quit();
  world.run(100);
  assert.equal(world.hasEnded, false);
  world.quit();
  world.run(10);
  assert.equal(world.hasEnded, true);
});
