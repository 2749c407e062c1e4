/** Protocol 7.2, 7.3, 7.5: how watchers come up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, wellMannered } from './world.ts';

const permanent = { isPermanent: true, reason: 'ENOENT' };
const passing = { isPermanent: false, reason: 'EAGAIN' };

test('spawns wids 1, 2, 3 in order and waits warmup_delay after each, the last one too', () => {
  const world = new World();
  world.add('web', { numprocesses: 3, warmupDelayMs: 100 });
  world.run(1_000);
  const spawned = world.published.filter(({ event }) => event === 'spawn');
  assert.deepEqual(
    spawned.map(({ at, facts }) => [at, facts['wid']]),
    [
      [1, 1],
      [102, 2],
      [203, 3],
    ],
  );
  assert.deepEqual(world.times('web', 'start'), [303]);
});

test('answers a start when the watcher is active, with the pids', () => {
  const world = new World();
  const started = world.add('web', { numprocesses: 2, warmupDelayMs: 100 });
  world.run(201);
  assert.equal(world.answers.has(started), false);
  world.run(1);
  assert.deepEqual(world.answers.get(started), {
    result: { started: [101, 102], stopped: [], kept: [] },
  });
});

test('starts all by descending priority, then by name, a daemon warmup_delay after each', () => {
  const world = new World(500);
  world.add('b', {}, false);
  world.add('a', {}, false);
  world.add('late', { priority: -1 }, false);
  world.add('first', { priority: 7 }, false);
  const keys = ['b', 'a', 'late', 'first'];
  world.order({ type: 'start', keys, isOne: false });
  world.run(10_000);
  const starts = world.published.filter(({ event }) => event === 'start');
  assert.deepEqual(
    starts.map(({ key, at }) => [key, at]),
    [
      ['first', 1],
      ['a', 502],
      ['b', 1_003],
      ['late', 1_504],
    ],
  );
});

test('a watcher that cannot start does not hold up those behind it', () => {
  const world = new World();
  world.onSpawn = (key) => (key === 'a' ? passing : wellMannered);
  world.add('a', {}, false);
  world.add('b', {}, false);
  world.order({ type: 'start', keys: ['a', 'b'], isOne: false });
  world.run(500);
  assert.equal(world.watcher('a').state, 'starting');
  assert.equal(world.watcher('b').state, 'active');
});

test('a start of all skips autostart = False, a start by name does not', () => {
  const world = new World();
  world.add('manual', { autostart: false }, false);
  world.order({ type: 'start', keys: ['manual'], isOne: false });
  world.run(10);
  assert.equal(world.watcher('manual').state, 'stopped');
  world.start('manual');
  world.run(10);
  assert.equal(world.watcher('manual').state, 'active');
});

test('a start with numprocesses 0 ends in stopped, with a warning', () => {
  const world = new World();
  const started = world.add('web', { numprocesses: 0 });
  world.run(10);
  assert.equal(world.watcher('web').state, 'stopped');
  assert.ok('result' in (world.answers.get(started) ?? {}));
  assert.ok(world.actions.some((action) => action.type === 'report' && action.level === 'warn'));
});

test('a singleton with numprocesses 0 becomes active with nothing to do', () => {
  const world = new World();
  world.add('one', { singleton: true, numprocesses: 0 });
  world.run(10);
  assert.equal(world.watcher('one').state, 'active');
  assert.deepEqual(world.pids('one'), []);
});

for (const [maxRetry, attempts] of [
  [0, 1],
  [1, 1],
  [3, 3],
  [5, 5],
] as const) {
  test(`stops a watcher with max_retry ${maxRetry} after ${attempts} permanent failures`, () => {
    const world = new World();
    world.onSpawn = () => permanent;
    const started = world.add('web', { maxRetry });
    world.run(3_600_000);
    assert.equal(world.times('web', 'spawn_failed').length, attempts);
    assert.equal(world.watcher('web').state, 'stopped');
    assert.deepEqual(world.answers.get(started), { reason: 'ENOENT' });
    assert.equal(world.events('web').at(-1), 'stop');
  });
}

for (const [title, outcome, maxRetry] of [
  ['max_retry -1 and a permanent failure', permanent, -1],
  ['a passing failure', passing, 3],
] as const) {
  test(`tries for ever with ${title}, backing off to 30 s`, () => {
    const world = new World();
    world.onSpawn = () => outcome;
    world.add('web', { maxRetry });
    world.run(600_000);
    const times = world.times('web', 'spawn_failed');
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0) - world.spawnMs);
    assert.deepEqual(waits.slice(0, 6), [0, 100, 200, 400, 800, 1_600]);
    assert.equal(waits.at(-1), 30_000);
    assert.equal(world.watcher('web').state, 'starting');
  });
}

test('counts permanent failures in a row: one that works in between forgets them', () => {
  const world = new World();
  world.onSpawn = (_key, _wid, attempt) =>
    attempt % 3 === 0 ? { ...wellMannered, lifeMs: 20 } : permanent;
  world.add('web', { maxRetry: 3 });
  world.run(60_000);
  assert.equal(world.watcher('web').state, 'active');
  assert.ok(world.times('web', 'spawn_failed').length > 3);
});

test('respawn = False runs once, stops with an outcome, and start runs it again', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, lifeMs: 100, exitCode: 3 });
  world.add('job', { respawn: false, numprocesses: 2 });
  world.run(1_000);
  assert.deepEqual(world.events('job'), ['spawn', 'spawn', 'start', 'reap', 'reap', 'stop']);
  assert.equal(world.watcher('job').outcome, 3);
  world.start('job');
  world.run(1_000);
  assert.equal(world.times('job', 'spawn').length, 4);
});

test('an on_demand watcher sleeps, wakes on demand, sleeps again without a stop event', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, lifeMs: 2_000 });
  const started = world.add('web', { onDemand: true });
  assert.ok(world.answers.has(started));
  world.run(1_000);
  assert.deepEqual(world.pids('web'), []);
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual([...world.demanded], ['web']);
    world.feed({ type: 'demand', key: 'web' });
    assert.deepEqual([...world.demanded], []);
    world.run(3_000);
  }
  const round = ['spawn', 'start', 'reap'];
  assert.deepEqual(world.events('web'), [...round, ...round]);
});

test('start on a dormant watcher does nothing', () => {
  const world = new World();
  world.add('web', { onDemand: true });
  world.start('web');
  world.run(1_000);
  assert.equal(world.watcher('web').state, 'dormant');
});

for (const [condition, at] of [
  ['started', 1],
  ['ready', 20 + 1],
  ['completed', 200 + 1],
] as const) {
  test(`depends_on ${condition}: starts when the other is ${condition}`, () => {
    const world = new World();
    world.onSpawn = (key) => (key === 'db' ? { ...wellMannered, lifeMs: 200 } : wellMannered);
    world.add('web', { dependsOn: [{ watcher: 'db', condition }] });
    assert.equal(world.watcher('web').state, 'blocked');
    world.run(10);
    world.now = 0;
    world.add('db', { readiness: { timeoutMs: 1_000 }, respawn: false });
    const born = world.now;
    world.run(1_000);
    const [first = 0] = world.times('web', 'spawn');
    assert.equal(first - born - world.spawnMs, at);
  });
}

test('a dependent does not start when the one-shot it needs has failed', () => {
  const world = new World();
  world.onSpawn = (key) =>
    key === 'job' ? { ...wellMannered, lifeMs: 50, exitCode: 1 } : wellMannered;
  world.add('job', { respawn: false });
  world.add('web', { dependsOn: [{ watcher: 'job', condition: 'completed' }] });
  world.run(10_000);
  assert.equal(world.watcher('web').state, 'blocked');
});

test('a start waits for readiness, and publishes ready before start', () => {
  const world = new World();
  world.add('web', { readiness: { timeoutMs: 100 } });
  world.run(1_000);
  assert.deepEqual(world.events('web'), ['spawn', 'ready', 'start']);
  assert.deepEqual(world.times('web', 'start'), [21]);
});

test('a process that never gets ready is ended and tried again, slower and slower', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, readyMs: null });
  world.add('web', { readiness: { timeoutMs: 100 } });
  world.run(2_000);
  const times = world.times('web', 'spawn');
  const cycle = 100 + 10 + 1; // its time, its end, the next one's birth
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0) - cycle);
  assert.deepEqual(waits.slice(0, 4), [0, 100, 200, 400]);
});

test('a dead process is replaced in the same step, under the same wid', () => {
  const world = new World();
  world.add('web', { numprocesses: 3 });
  world.run(2_000);
  const [, second = 0] = world.pids('web');
  world.die(second, 1);
  assert.deepEqual(world.events('web', 2_000), ['reap']);
  const last = world.actions.at(-1);
  assert.ok(last?.type === 'spawn' && last.wid === 2);
});

test('a demand does not start a watcher before what it depends on', () => {
  const world = new World();
  world.add('web', { onDemand: true, dependsOn: [{ watcher: 'db', condition: 'ready' }] });
  world.feed({ type: 'demand', key: 'web' });
  world.run(100);
  assert.equal(world.watcher('web').state, 'blocked');
  world.add('db');
  world.run(100);
  assert.equal(world.watcher('web').state, 'active');
});
