import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';

for (const how of ['graceful', 'sequential'] as const) {
  test(`carries out a ${how} reload asked for during another, and answers both`, () => {
    const world = new World();
    world.add('web', { numprocesses: 2 });
    world.run(100);
    const before = world.pids('web');
    const first = world.reload('web', how);
    world.run(2);
    const second = world.reload('web', how);
    world.run(1_000);
    assert.ok(world.answers.has(first) && world.answers.has(second));
    assert.equal(world.times('web', 'reload').length, 2);
    assert.deepEqual(
      world.pids('web'),
      before.map((pid) => pid + 4),
    );
  });
}
