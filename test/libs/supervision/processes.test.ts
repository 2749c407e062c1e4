import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, wellMannered } from './world.ts';

test('publishes no reap of a process that after_spawn refused: no spawn was published either', () => {
  const world = new World();
  world.onHook = () => ({ isPassed: false, afterMs: 5 });
  world.add('web', { hooks: ['after_spawn'] });
  world.run(100);
  assert.deepEqual(world.events('web'), ['kill', 'stop']);
});

test('publishes no reap of a process that was stopped while after_spawn was asked', () => {
  const world = new World();
  world.add('web', { hooks: ['after_spawn'] });
  world.run(2);
  world.stop('web');
  world.run(100);
  assert.deepEqual(world.events('web'), ['kill', 'stop']);
});

const neverReached = { ...wellMannered, lifeMs: 1, exitCode: 127, failure: 'no such user' };

test('stops a watcher after max_retry processes that never reached their program', () => {
  const world = new World();
  world.onSpawn = () => neverReached;
  world.add('web', { maxRetry: 3 });
  world.run(60_000);
  assert.equal(world.times('web', 'spawn').length, 3);
  assert.equal(world.watcher('web').state, 'stopped');
  assert.equal(world.watcher('web').trouble, 'no such user');
});

test('tries a one-shot again that never reached its program', () => {
  const world = new World();
  world.onSpawn = (_key, _wid, attempt) =>
    attempt < 3 ? neverReached : { ...wellMannered, lifeMs: 50, exitCode: 4 };
  world.add('job', { respawn: false });
  world.run(60_000);
  assert.equal(world.times('job', 'spawn').length, 3);
  assert.equal(world.watcher('job').state, 'stopped');
  assert.equal(world.watcher('job').outcome, 4);
});
