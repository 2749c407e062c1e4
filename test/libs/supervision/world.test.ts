import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';

test('starts and stops one process in the imaginary world', () => {
  const world = new World();
  const added = world.add('web');
  world.run(10);
  assert.deepEqual(world.pids('web'), [101]);
  assert.deepEqual(world.answers.get(added), { result: { started: [101], stopped: [], kept: [] } });
  world.stop('web');
  world.run(100);
  assert.deepEqual(world.events('web'), ['spawn', 'start', 'kill', 'reap', 'stop']);
  assert.equal(world.living.size, 0);
});
