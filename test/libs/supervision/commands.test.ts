/** Every command is answered once, whatever it is about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRules, type WatcherRules } from '#libs/supervision';
import { type Order, World, wellMannered } from './world.ts';

const order = { signum: 15, timeoutMs: 100 };
const rules: WatcherRules = { ...defaultRules };

/** Commands about a watcher that does not exist; the daemon is not stuck on them. */
const unknown: readonly Order[] = [
  { type: 'remove', key: 'no', nostop: false },
  { type: 'remove', key: 'no', nostop: true },
  { type: 'start', keys: ['no'], isOne: true },
  { type: 'stop', keys: ['no'], isOne: true },
  { type: 'restart', keys: ['no'], isOne: true },
  { type: 'reload', keys: ['no'], isOne: true, how: 'graceful' },
  { type: 'start', keys: [], isOne: false },
  { type: 'reload', keys: [], isOne: false, how: 'sequential' },
  { type: 'set', key: 'no', rules, needsReload: true },
  { type: 'kill', key: 'no', pids: [1], order },
  { type: 'reset', key: 'no' },
];

for (const command of unknown) {
  test(`answers at once a ${command.type} that is about nothing: ${JSON.stringify(command)}`, () => {
    const world = new World();
    world.add('web');
    world.run(100);
    const wait = world.order(command);
    assert.ok(world.answers.has(wait));
    assert.deepEqual(world.pids('web'), [101]);
  });
}

test('refuses to add a watcher twice, and leaves the first one alone', () => {
  const world = new World();
  world.add('web');
  world.run(100);
  const added = world.add('web', { numprocesses: 9 });
  world.run(100);
  assert.deepEqual(world.answers.get(added), { reason: "watcher 'web' already exists" });
  assert.deepEqual(world.pids('web'), [101]);
});

test('a watcher that is added again while it goes away stops, and begins anew', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, reactionMs: 50 });
  world.add('web');
  world.run(100);
  const removed = world.order({ type: 'remove', key: 'web', nostop: false });
  const added = world.add('web', { numprocesses: 2 });
  world.run(10);
  assert.deepEqual([world.answers.has(removed), world.answers.has(added)], [false, false]);
  world.run(200);
  assert.deepEqual(world.pids('web'), [102, 103]);
  assert.ok('result' in (world.answers.get(removed) ?? {}));
  assert.ok('result' in (world.answers.get(added) ?? {}));
});

test('a watcher can be added again once it is removed', () => {
  const world = new World();
  world.add('web');
  world.run(100);
  world.order({ type: 'remove', key: 'web', nostop: false });
  world.run(100);
  world.add('web');
  world.run(100);
  assert.deepEqual(world.pids('web'), [102]);
});

test('ignores answers about a process that has been succeeded', () => {
  const world = new World();
  world.add('web', { readiness: { timeoutMs: 1_000 } });
  world.run(10);
  const first = { key: 'web', wid: 1, ticket: 1 };
  world.die(101);
  world.run(5);
  assert.deepEqual(world.feed({ type: 'ready', ...first }), []);
  const death = { exitCode: 0, hasRemains: true, failure: null, random: 0.5 };
  assert.deepEqual(world.feed({ type: 'exited', ...first, ...death }), []);
  assert.deepEqual(world.feed({ type: 'spawned', ...first, pid: 101, random: 0.5 }), []);
  assert.deepEqual(world.pids('web'), [102]);
});

test('ignores time that runs backwards', () => {
  const world = new World();
  world.add('web', { warmupDelayMs: 100 });
  world.run(50);
  world.feed({ type: 'tick' });
  world.now = 0;
  world.feed({ type: 'tick' });
  assert.equal(world.state.clock, 50);
  assert.equal(world.watcher('web').state, 'starting');
});

test('a waiting set is answered when the new count runs', () => {
  const world = new World();
  world.add('web', { warmupDelayMs: 100 });
  world.run(1_000);
  const set = world.set('web', { numprocesses: 3 });
  world.run(150);
  assert.equal(world.answers.has(set), false);
  world.run(100);
  assert.ok(world.answers.has(set));
});

test('commands on different watchers run side by side', () => {
  const world = new World();
  world.add('slow', { warmupDelayMs: 10_000, numprocesses: 5 });
  const added = world.add('quick');
  world.run(10);
  assert.ok(world.answers.has(added));
  const restarted = world.restart('quick');
  world.run(50);
  assert.ok(world.answers.has(restarted));
  assert.equal(world.watcher('slow').state, 'starting');
});
