/** Protocol 7.5 to 7.7, 7.10 and section 3: how processes and watchers end, and what is published. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookName } from '#libs/supervision';
import { World, wellMannered } from './world.ts';

const stubborn = { ...wellMannered, reactionMs: null };

test('kills the tree when graceful_timeout has passed', () => {
  const world = new World();
  world.onSpawn = () => stubborn;
  world.add('web', { gracefulTimeoutMs: 3_000 });
  world.run(100);
  world.stop('web');
  world.run(10_000);
  assert.deepEqual(world.times('web', 'kill'), [100, 3_100]);
  assert.deepEqual(world.times('web', 'stop'), [3_101]);
});

test('kills at once, without a signal before it, when graceful_timeout is 0', () => {
  const world = new World();
  world.add('web', { gracefulTimeoutMs: 0 });
  world.run(100);
  world.stop('web');
  const kinds = world.actions.map(({ type }) => type);
  assert.ok(kinds.includes('kill_tree') && !kinds.includes('signal'));
});

test('sends SIGKILL again each second to a process that does not die of it', () => {
  const world = new World();
  world.killMs = 2_500;
  world.add('web', { gracefulTimeoutMs: 0 });
  world.run(100);
  world.stop('web');
  world.run(10_000);
  assert.deepEqual(world.times('web', 'kill'), [100, 1_100, 2_100]);
  assert.deepEqual(world.times('web', 'stop'), [2_600]);
});

test('uses stop_signal, and tells whether children are meant', () => {
  const world = new World();
  world.add('web', { stopSignal: 3, stopChildren: true });
  world.run(100);
  world.stop('web');
  const signal = world.actions.find(({ type }) => type === 'signal');
  assert.deepEqual(signal, {
    type: 'signal',
    key: 'web',
    ticket: 1,
    pid: 101,
    signum: 3,
    withChildren: true,
  });
});

test('stop overtakes a running start: nothing more is spawned', () => {
  const world = new World();
  const started = world.add('web', { numprocesses: 5, warmupDelayMs: 1_000 });
  world.run(1_500);
  const stopped = world.stop('web');
  world.run(50);
  assert.equal(world.watcher('web').state, 'stopped');
  assert.equal(world.times('web', 'spawn').length, 2);
  assert.deepEqual(world.answers.get(started), {
    reason: 'web was stopped by a later command',
  });
  assert.deepEqual(world.answers.get(stopped), {
    result: { started: [], stopped: [101, 102], kept: [] },
  });
});

test('a process whose spawn was under way at the stop is ended as soon as it is there', () => {
  const world = new World();
  world.spawnMs = 200;
  world.add('web');
  world.run(100);
  world.stop('web');
  world.run(500);
  assert.deepEqual(world.events('web'), ['spawn', 'kill', 'reap', 'stop']);
});

test('start during a stop starts again after it; both are answered', () => {
  const world = new World();
  world.add('web');
  world.run(100);
  const stopped = world.stop('web');
  world.run(2);
  const started = world.start('web');
  world.run(100);
  assert.deepEqual(world.pids('web'), [102]);
  assert.ok(world.answers.has(stopped) && world.answers.has(started));
  assert.deepEqual(world.events('web', 100), ['kill', 'reap', 'stop', 'spawn', 'start']);
});

test('restarts asked for at once are one, and each is answered', () => {
  const world = new World();
  world.add('web', { numprocesses: 2 });
  world.run(100);
  const waits = [world.restart('web'), world.restart('web'), world.restart('web')];
  world.run(1_000);
  assert.equal(world.times('web', 'stop').length, 1);
  const result = { started: [103, 104], stopped: [101, 102], kept: [] };
  for (const wait of waits) assert.deepEqual(world.answers.get(wait), { result });
});

test('publishes a restart in the order kill, reap, stop, spawn, start', () => {
  const world = new World();
  world.add('web');
  world.run(100);
  world.restart('web');
  world.run(100);
  assert.deepEqual(world.events('web', 100), ['kill', 'reap', 'stop', 'spawn', 'start']);
});

test('stop on a stopped watcher is answered and publishes nothing', () => {
  const world = new World();
  world.add('web', {}, false);
  const stopped = world.stop('web');
  assert.ok(world.answers.has(stopped));
  assert.deepEqual(world.events('web'), []);
});

test('a kill with a shorter time-out hastens a stop; with a longer one it does not delay it', () => {
  for (const [timeoutMs, end] of [
    [200, 301],
    [9_000, 1_101],
  ] as const) {
    const world = new World();
    world.onSpawn = () => stubborn;
    world.add('web', { gracefulTimeoutMs: 1_000 });
    world.run(100);
    world.stop('web');
    const order = { signum: 15, timeoutMs };
    world.order({ type: 'kill', key: 'web', pids: world.pids('web'), order });
    world.run(10_000);
    assert.deepEqual(world.times('web', 'stop'), [end]);
  }
});

test('the kill command replaces the process and is answered when it is gone', () => {
  const world = new World();
  world.add('web', { numprocesses: 2 });
  world.run(100);
  const order = { signum: 2, timeoutMs: 1_000 };
  const killed = world.order({ type: 'kill', key: 'web', pids: [101, 999], order });
  assert.equal(world.answers.has(killed), false);
  world.run(20);
  assert.ok(world.answers.has(killed));
  assert.deepEqual(world.pids('web'), [102, 103]);
  assert.deepEqual(world.events('web', 100), ['kill', 'reap', 'spawn']);
});

test('stopped means that nothing is left: descendants are asked, then killed', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, remainsMs: 1_000_000 });
  world.add('web', { gracefulTimeoutMs: 1_000 });
  world.run(100);
  const stopped = world.stop('web');
  world.run(900);
  assert.equal(world.watcher('web').state, 'stopping');
  assert.equal(world.answers.has(stopped), false);
  world.run(200);
  assert.deepEqual(world.times('web', 'stop'), [1_101]);
  assert.equal(world.left.size, 0);
});

test('remains of a crashed process do not delay its successor', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, remainsMs: 5_000 });
  world.add('web');
  world.run(2_000);
  world.die(101, 1);
  world.run(1);
  assert.deepEqual(world.pids('web'), [102]);
  assert.equal(world.watcher('web').remains.length, 1);
});

test('max_age: publishes expired, replaces the process, publishes no reap', () => {
  const world = new World();
  world.add('web', { maxAgeMs: 10_000, maxAgeVarianceMs: 4_000 });
  world.run(12_500);
  assert.deepEqual(world.events('web'), ['spawn', 'start', 'expired', 'kill', 'spawn']);
  assert.deepEqual(world.times('web', 'expired'), [12_001], 'half of the variance was drawn');
});

/** Which deaths publish reap (protocol 3). */
const reapRows: readonly (readonly [string, boolean, (world: World) => void])[] = [
  ['that dies by itself', true, (world) => world.die(101)],
  ['of a watcher that stops', true, (world) => world.stop('web')],
  ['of a watcher that restarts', true, (world) => world.restart('web')],
  ['of a sequential reload', true, (world) => world.reload('web', 'sequential')],
  [
    'ended by the kill command',
    true,
    (world) => {
      const order = { signum: 15, timeoutMs: 10 };
      world.order({ type: 'kill', key: 'web', pids: [101], order });
    },
  ],
  ['of a lowered count', false, (world) => world.set('web', { numprocesses: 1 })],
  ['of a graceful reload', false, (world) => world.reload('web')],
  ['that is too old', false, (world) => void world.run(60_000)],
];

for (const [whose, isPublished, end] of reapRows) {
  test(`${isPublished ? 'publishes a reap' : 'publishes no reap'} for a process ${whose}`, () => {
    const world = new World();
    const maxAgeMs = whose === 'that is too old' ? 50_000 : 0;
    world.add('web', { numprocesses: 2, maxAgeMs, maxAgeVarianceMs: 0 });
    world.run(100);
    end(world);
    world.run(100);
    assert.ok(!world.living.has(101));
    assert.equal(world.times('web', 'reap').length > 0, isPublished);
  });
}

test('lowers the count oldest first, raises it with the smallest free wids', () => {
  const world = new World();
  world.add('web', { numprocesses: 4 });
  world.run(100);
  const set = world.set('web', { numprocesses: 2 });
  assert.equal(world.answers.has(set), false);
  world.run(100);
  assert.deepEqual(world.pids('web'), [103, 104]);
  assert.deepEqual(world.wids('web'), [3, 4]);
  assert.ok(world.answers.has(set));
  world.set('web', { numprocesses: 5 });
  world.run(100);
  assert.deepEqual(world.wids('web'), [1, 2, 3, 4, 5]);
});

test('set on a stopped watcher starts nothing', () => {
  const world = new World();
  world.add('web', {}, false);
  const set = world.set('web', { numprocesses: 4 }, true);
  world.run(100);
  assert.deepEqual(world.pids('web'), []);
  assert.ok(world.answers.has(set));
});

test('rm stops and removes, and is answered when nothing is left', () => {
  const world = new World();
  world.add('web');
  world.run(100);
  const removed = world.order({ type: 'remove', key: 'web', nostop: false });
  world.run(5);
  assert.equal(world.answers.has(removed), false);
  world.run(10);
  assert.deepEqual(Object.keys(world.state.watchers), []);
  assert.deepEqual(world.events('web', 100), ['kill', 'reap', 'stop']);
  assert.ok(world.answers.has(removed));
});

test('rm with nostop lets the processes live on', () => {
  const world = new World();
  world.add('web', { numprocesses: 2 });
  world.run(100);
  const removed = world.order({ type: 'remove', key: 'web', nostop: true });
  const release = world.actions.find(({ type }) => type === 'release');
  assert.deepEqual(release, { type: 'release', key: 'web' });
  assert.deepEqual(Object.keys(world.state.watchers), []);
  assert.ok(world.answers.has(removed));
});

/** Each hook that refuses: state after it, and what was published. */
const hookRows: readonly (readonly [HookName, string, readonly string[]])[] = [
  ['before_start', 'stopped', ['stop']],
  ['before_spawn', 'stopped', ['stop']],
  ['after_spawn', 'stopped', ['kill', 'stop']],
  ['after_start', 'stopped', ['spawn', 'kill', 'reap', 'stop']],
  ['before_stop', 'active', ['spawn', 'start']],
  ['before_signal', 'active', ['spawn', 'start']],
  ['before_reap', 'active', ['spawn', 'start']],
];

for (const [hook, state, events] of hookRows) {
  test(`a start with ${hook} refusing ends in ${state}`, () => {
    const world = new World();
    world.onHook = () => ({ isPassed: false, afterMs: 10 });
    const started = world.add('web', { hooks: [hook] });
    world.run(1_000);
    assert.equal(world.watcher('web').state, state);
    assert.deepEqual(world.events('web'), events);
    assert.equal('reason' in (world.answers.get(started) ?? {}), state === 'stopped');
  });

  test(`a start with ${hook} agreeing ends in active`, () => {
    const world = new World();
    world.add('web', { hooks: [hook] });
    world.run(1_000);
    assert.equal(world.watcher('web').state, 'active');
  });
}

test('a before_signal that refuses keeps the signal back, until the tree is killed', () => {
  const world = new World();
  world.onHook = () => ({ isPassed: false, afterMs: 10 });
  world.add('web', { hooks: ['before_signal'], gracefulTimeoutMs: 500 });
  world.run(100);
  world.stop('web');
  world.run(1_000);
  assert.deepEqual(world.times('web', 'kill'), [600]);
});

test('before_stop is asked and not obeyed: stop goes on after its verdict', () => {
  const world = new World();
  world.onHook = () => ({ isPassed: false, afterMs: 50 });
  world.add('web', { hooks: ['before_stop', 'after_stop'] });
  world.run(100);
  world.stop('web');
  world.run(100);
  assert.deepEqual(world.times('web', 'kill'), [150]);
  assert.equal(world.watcher('web').state, 'stopped');
  assert.deepEqual(
    world.hooksAsked.map(({ hook }) => hook),
    ['before_stop', 'after_stop'],
  );
});

test('hooks are asked and told in the order of the lifecycle', () => {
  const world = new World();
  const hooks: HookName[] = [
    'before_start',
    'after_start',
    'before_stop',
    'after_stop',
    'before_spawn',
    'after_spawn',
    'before_signal',
    'after_signal',
    'before_reap',
    'after_reap',
  ];
  world.add('web', { hooks });
  world.run(100);
  world.stop('web');
  world.run(100);
  assert.deepEqual(
    world.hooksAsked.map(({ hook }) => hook),
    [
      'before_start',
      'before_spawn',
      'after_spawn',
      'after_start',
      'before_stop',
      'before_signal',
      'after_signal',
      'before_reap',
      'after_reap',
      'after_stop',
    ],
  );
});

for (const end of ['stop', 'quit'] as const) {
  test(`a ${end} of all signals by ascending priority, in one step`, () => {
    const world = new World();
    for (const [key, priority] of [
      ['middle', 5],
      ['high', 9],
      ['low', -1],
    ] as const) {
      world.add(key, { priority });
    }
    world.run(100);
    const keys = ['middle', 'high', 'low'];
    if (end === 'quit') world.quit();
    else world.order({ type: 'stop', keys, isOne: false });
    const signalled = world.actions.flatMap((one) => (one.type === 'signal' ? one.key : []));
    assert.deepEqual(signalled, ['low', 'middle', 'high']);
  });
}
