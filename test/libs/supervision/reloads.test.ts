import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatcherRules } from '#libs/supervision';
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

function started(rules: Partial<WatcherRules> = {}): World {
  const world = new World();
  world.add('web', { numprocesses: 3, ...rules });
  world.run(100);
  return world;
}

/** What was published about `web` from 100 ms on, in short. */
function since(world: World): string {
  return world.events('web', 100).join(' ');
}

test('a graceful reload spawns the new, ends the old, then says reload', () => {
  const world = started();
  const reloaded = world.reload('web');
  world.run(100);
  const [spawns, kills] = ['spawn spawn spawn', 'kill kill kill'];
  assert.equal(since(world), `reload_started ${spawns} ${kills} reload`);
  assert.deepEqual(world.answers.get(reloaded), {
    result: { started: [104, 105, 106], stopped: [101, 102, 103], kept: [] },
  });
});

test('a graceful reload waits for readiness before it ends an old process', () => {
  const world = started({ readiness: { timeoutMs: 1_000 }, numprocesses: 1 });
  world.reload('web');
  world.run(100);
  assert.equal(since(world), 'reload_started spawn ready kill reload');
  assert.deepEqual(world.times('web', 'kill'), [121]);
});

test('a graceful reload waits for warmup_delay after each new process', () => {
  const world = new World();
  world.add('web', { numprocesses: 2, warmupDelayMs: 40 });
  world.run(1_000);
  world.reload('web');
  world.run(1_000);
  assert.deepEqual(world.times('web', 'spawn').slice(2), [1_001, 1_042]);
  assert.deepEqual(world.times('web', 'kill'), [1_082, 1_082]);
});

test('a sequential reload replaces one by one: never more, never two missing', () => {
  const world = started();
  world.reload('web', 'sequential');
  const counts = new Set<number>();
  for (let ms = 0; ms < 100; ms += 1) {
    world.run(1);
    counts.add(world.pids('web').length);
  }
  assert.deepEqual([...counts].sort(), [2, 3]);
  const one = 'kill reap spawn';
  assert.equal(since(world), `reload_started ${one} ${one} ${one} reload`);
});

test('a graceful reload never runs a singleton twice', () => {
  const world = new World();
  world.add('one', { singleton: true });
  world.run(100);
  const [before] = world.pids('one');
  world.reload('one');
  for (let step = 0; step < 100; step += 1) {
    world.run(1);
    assert.ok(world.pids('one').length <= 1, 'two at a time');
  }
  const [after] = world.pids('one');
  assert.notEqual(after, before);
  assert.notEqual(after, undefined);
});

test('reload with send_hup sends SIGHUP and nothing else', () => {
  const world = started({ sendHup: true });
  world.reload('web');
  world.run(100);
  assert.equal(since(world), 'reload');
  assert.equal(world.actions.filter(({ type }) => type === 'hup').length, 3);
  assert.deepEqual(world.pids('web'), [101, 102, 103]);
});

for (const [reloadSurge, most] of [
  [1, 4],
  [2, 5],
  [3, 6],
  [null, 6],
] as const) {
  test(`reload_surge ${reloadSurge} keeps at most ${most} processes of 3, and never less than 3`, () => {
    const world = started({ reloadSurge });
    const reloaded = world.reload('web');
    const counts = [];
    for (let ms = 0; ms < 200; ms += 1) {
      world.run(1);
      counts.push(world.pids('web').length);
    }
    assert.equal(Math.max(...counts), most);
    assert.equal(Math.min(...counts), 3);
    assert.ok(world.answers.has(reloaded));
    assert.ok(world.pids('web').every((pid) => pid > 103));
  });
}

for (const autostart of [true, false]) {
  test(`a reload starts a stopped watcher with autostart ${autostart}`, () => {
    const world = new World();
    world.add('web', { autostart }, false);
    const reloaded = world.order({ type: 'reload', keys: ['web'], isOne: false, how: 'graceful' });
    world.run(100);
    assert.deepEqual(world.events('web'), ['spawn', 'start']);
    assert.ok(world.answers.has(reloaded));
  });
}

test('a reload while starting follows the start', () => {
  const world = new World();
  world.add('web', { numprocesses: 2, warmupDelayMs: 100 });
  world.run(50);
  const reloaded = world.reload('web');
  world.run(1_000);
  const [spawns, kills] = ['spawn spawn', 'kill kill'];
  assert.equal(
    world.events('web').join(' '),
    `${spawns} start reload_started ${spawns} ${kills} reload`,
  );
  assert.ok(world.answers.has(reloaded));
});

test('reloads asked for during a reload are one more reload, and each is answered', () => {
  const world = started();
  const waits = [1, 2, 3, 4].map(() => world.reload('web'));
  world.run(1_000);
  assert.equal(world.times('web', 'reload').length, 2);
  for (const wait of waits) assert.ok('result' in (world.answers.get(wait) ?? {}));
});

test('rolls back when a new process never gets ready: the old ones serve on', () => {
  const world = started({ readiness: { timeoutMs: 500 } });
  world.onSpawn = () => ({ ...wellMannered, readyMs: null });
  const reloaded = world.reload('web');
  world.run(5_000);
  assert.deepEqual(world.pids('web'), [101, 102, 103]);
  const answer = world.answers.get(reloaded);
  assert.match(
    answer !== undefined && 'reason' in answer ? answer.reason : '',
    /did not get ready/,
  );
  assert.equal(world.times('web', 'reload').length, 0);
  assert.equal(world.times('web', 'reload_failed').length, 1);
  assert.equal(world.watcher('web').state, 'active');
});

test('rolls back when a new process dies before it is ready', () => {
  const world = started({ readiness: { timeoutMs: 500 } });
  world.onSpawn = () => ({ ...wellMannered, readyMs: null, lifeMs: 30 });
  const reloaded = world.reload('web');
  world.run(5_000);
  assert.deepEqual(world.pids('web'), [101, 102, 103]);
  assert.ok('reason' in (world.answers.get(reloaded) ?? {}));
});

test('rolls back when new processes cannot be spawned', () => {
  const world = started({ maxRetry: 2 });
  world.onSpawn = () => ({ isPermanent: true, reason: 'ENOENT' });
  const reloaded = world.reload('web');
  world.run(5_000);
  assert.deepEqual(world.pids('web'), [101, 102, 103]);
  assert.deepEqual(world.answers.get(reloaded), { reason: 'ENOENT' });
});

test('a stop during a reload ends old and new, and tells the one who waits', () => {
  const world = started({ readiness: { timeoutMs: 500 } });
  const reloaded = world.reload('web');
  world.run(10);
  assert.equal(world.pids('web').length, 6);
  world.stop('web');
  world.run(100);
  assert.equal(world.pids('web').length, 0);
  assert.equal(world.watcher('web').state, 'stopped');
  assert.deepEqual(world.answers.get(reloaded), { reason: 'web was stopped during its reload' });
});

test('set that needs a reload replaces the processes', () => {
  const world = started();
  const set = world.set('web', {}, true);
  world.run(100);
  assert.deepEqual(world.pids('web'), [104, 105, 106]);
  assert.ok(world.answers.has(set));
});

test('reloads all one after another, by priority', () => {
  const world = new World(200);
  world.add('a', { priority: 1 });
  world.add('b', { priority: 9 });
  world.run(100);
  world.order({ type: 'reload', keys: ['a', 'b'], isOne: false, how: 'graceful' });
  world.run(1_000);
  const [ofB = 0] = world.times('b', 'reload');
  assert.equal(world.times('a', 'reload_started')[0], ofB + 200);
});
