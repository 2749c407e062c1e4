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

test('does not replace a one-shot that was ended because it was unhealthy', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, healthyMs: 50 });
  world.add('job', { respawn: false, liveness: true });
  world.run(60_000);
  assert.equal(world.times('job', 'spawn').length, 1);
  assert.equal(world.watcher('job').state, 'stopped');
});

test('forgets failures after a long life, even one that was ended by the kill command', () => {
  const world = new World();
  world.onSpawn = (_key, _wid, attempt) =>
    attempt === 5 ? wellMannered : { ...wellMannered, lifeMs: 10, exitCode: 1 };
  world.add('web');
  world.run(20_000);
  assert.equal(world.watcher('web').slots[0]?.failures, 4);
  const order = { signum: 15, timeoutMs: 1_000 };
  world.order({ type: 'kill', key: 'web', pids: world.pids('web'), order });
  world.run(25);
  assert.equal(world.watcher('web').slots[0]?.failures, 1);
});

test('a restart is not called off by a spawn that fails after it was to be stopped', () => {
  const world = new World();
  world.spawnMs = 50;
  world.onSpawn = (_key, _wid, attempt) =>
    attempt === 1 ? { isPermanent: true, reason: 'ENOENT' } : wellMannered;
  world.add('web', { maxRetry: 1 });
  world.run(10);
  const restarted = world.restart('web');
  world.run(1_000);
  assert.equal(world.watcher('web').state, 'active');
  assert.ok('result' in (world.answers.get(restarted) ?? {}));
});
