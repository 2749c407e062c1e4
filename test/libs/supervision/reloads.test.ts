import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, wellMannered } from './world.ts';

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

test('lets surplus go at once when the count is lowered during a graceful reload', () => {
  const world = new World();
  world.add('web', { numprocesses: 4, readiness: { timeoutMs: 10_000 } });
  world.run(100);
  world.onSpawn = () => ({ ...wellMannered, readyMs: 5_000 });
  world.reload('web');
  world.run(50);
  assert.equal(world.pids('web').length, 8);
  world.set('web', { numprocesses: 1 });
  world.run(50);
  assert.deepEqual(
    world.pids('web').length,
    2,
    'the newest old one serves, one new one gets ready',
  );
  world.run(10_000);
  assert.equal(world.pids('web').length, 1);
});
