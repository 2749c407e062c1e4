import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffDelayMs, defaultRules } from '#libs/supervision';
import { World, wellMannered } from './world.ts';

for (const [failures, delayMs] of [
  [0, 0],
  [1, 0],
  [2, 100],
  [3, 200],
  [4, 400],
  [10, 25_600],
  [11, 30_000],
  [5_000, 30_000],
] as const) {
  test(`waits ${delayMs} ms after ${failures} failures in a row`, () => {
    assert.equal(backoffDelayMs(defaultRules.backoff, failures, 0.5), delayMs);
  });
}

test('jitters by at most a tenth', () => {
  assert.equal(backoffDelayMs(defaultRules.backoff, 2, 0), 90);
  assert.ok(Math.abs(backoffDelayMs(defaultRules.backoff, 2, 1 - 1e-9) - 110) < 1e-6);
});

test('reap tells wid and the wait that follows, in seconds', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, lifeMs: 10, exitCode: 1 });
  world.add('web');
  world.run(200);
  const reaps = world.published.filter(({ event }) => event === 'reap');
  assert.deepEqual(
    reaps.map(({ facts }) => [facts['wid'], facts['exit_code'], facts['backoff']]),
    [
      [1, 1, 0],
      [1, 1, 0.1],
      [1, 1, 0.2],
    ],
  );
});

test('a life of 1 s is replaced at once and keeps the count, one of 10 s forgets it', () => {
  const lives = [10, 10, 10, 1_000, 10, 10_000, 10];
  const world = new World();
  world.onSpawn = (_key, _wid, attempt) => ({
    ...wellMannered,
    lifeMs: lives[attempt - 1] ?? null,
  });
  world.add('web');
  world.run(60_000);
  const reaps = world.published.filter(({ event }) => event === 'reap');
  const waits = reaps.map(({ facts }) => facts['backoff']);
  assert.deepEqual(waits, [0, 0.1, 0.2, 0, 0.4, 0, 0]);
});

test('one crashing slot does not slow down the others', () => {
  const world = new World();
  world.onSpawn = (_key, wid) => ({ ...wellMannered, lifeMs: wid === 1 ? 5 : null });
  world.add('web', { numprocesses: 2 });
  world.run(5_000);
  const [, healthy = 0] = world.pids('web').sort((a, b) => b - a);
  world.die(healthy);
  world.run(2);
  assert.ok(world.wids('web').includes(2));
});

for (const [title, command] of [
  ['start', (world: World) => world.start('web')],
  ['reset', (world: World) => world.order({ type: 'reset', key: 'web' })],
  ['set', (world: World) => world.set('web', { warmupDelayMs: 1 })],
] as const) {
  test(`${title} ends the wait and forgets the failures`, () => {
    const world = new World();
    world.onSpawn = (_key, _wid, attempt) =>
      attempt > 9 ? wellMannered : { ...wellMannered, lifeMs: 1 };
    world.add('web');
    world.run(30_000);
    assert.ok(world.pids('web').length === 1);
    world.onSpawn = () => ({ ...wellMannered, lifeMs: 1 });
    for (const pid of world.pids('web')) world.die(pid);
    world.run(20_000);
    world.onSpawn = () => wellMannered;
    assert.equal(world.pids('web').length, 0, 'waits for its next attempt');
    command(world);
    world.run(5);
    assert.equal(world.pids('web').length, 1);
    assert.equal(world.watcher('web').slots[0]?.failures, 0);
  });
}

test('a killed process does not count as a crash', () => {
  const world = new World();
  world.add('web');
  for (let round = 0; round < 5; round += 1) {
    world.run(20);
    const order = { signum: 15, timeoutMs: 1_000 };
    world.order({ type: 'kill', key: 'web', pids: world.pids('web'), order });
  }
  world.run(20);
  assert.equal(world.times('web', 'reap').length, 5);
  assert.equal(world.watcher('web').slots[0]?.failures, 0);
});
