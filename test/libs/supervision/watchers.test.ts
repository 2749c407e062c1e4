import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, wellMannered } from './world.ts';

/** What a command is told that is not about the pids of one watcher. */
const nothing = { started: [], stopped: [], kept: [] };

test('does not call a dormant watcher stopped while descendants of its last run live', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, lifeMs: 2_000, remainsMs: 300 });
  world.add('web', { onDemand: true });
  world.feed({ type: 'demand', key: 'web' });
  world.run(2_010);
  assert.equal(world.watcher('web').state, 'dormant');
  const stopped = world.stop('web');
  world.run(100);
  assert.equal(world.answers.has(stopped), false);
  world.run(300);
  assert.equal(world.left.size, 0);
  assert.ok(world.answers.has(stopped));
  assert.deepEqual(world.events('web'), ['spawn', 'start', 'reap', 'stop']);
});

test('a second quit kills what dead processes have left, at once', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, remainsMs: 20_000 });
  world.add('web');
  world.run(10);
  world.quit();
  world.run(100);
  assert.equal(world.hasEnded, false);
  world.quit();
  world.run(10);
  assert.equal(world.hasEnded, true);
});

test('backs off an on_demand watcher whose processes crash while the socket stays readable', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, lifeMs: 5, exitCode: 1 });
  world.add('web', { onDemand: true });
  for (let ms = 0; ms < 3_000; ms += 5) {
    if (world.demanded.has('web')) world.feed({ type: 'demand', key: 'web' });
    world.run(5);
  }
  const spawns = world.times('web', 'spawn');
  assert.ok(spawns.length <= 7, `${spawns.length} spawns in 3 s`);
});

test('answers a reload of an on_demand watcher whose last old process ends by itself', () => {
  const world = new World();
  world.spawnMs = 50;
  world.add('web', { onDemand: true });
  world.feed({ type: 'demand', key: 'web' });
  world.run(2_000);
  world.onSpawn = () => ({ isPermanent: false, reason: 'EAGAIN' });
  const reloaded = world.reload('web');
  world.run(60);
  world.onSpawn = () => wellMannered;
  for (const pid of world.pids('web')) world.die(pid);
  world.run(5_000);
  assert.ok(world.answers.has(reloaded));
});

test('a one-shot stopped before all of it has run has no outcome, and completes nothing', () => {
  const world = new World();
  world.onSpawn = (_key, wid) => ({ ...wellMannered, lifeMs: wid === 1 ? 50 : null });
  world.add('job', { respawn: false, numprocesses: 2 });
  world.add('after', { dependsOn: [{ watcher: 'job', condition: 'completed' }] });
  world.run(100);
  world.stop('job');
  world.run(100);
  assert.equal(world.watcher('job').outcome, null);
  assert.equal(world.watcher('after').state, 'blocked');
});

for (const [state, rules] of [
  ['dormant', { onDemand: true }],
  ['blocked', { dependsOn: [{ watcher: 'db', condition: 'ready' as const }] }],
  ['opening', { hooks: ['before_start' as const] }],
] as const) {
  test(`removes a ${state} watcher at once`, () => {
    const world = new World();
    world.onHook = () => null;
    world.add('web', rules);
    assert.equal(world.watcher('web').state, state);
    const removed = world.order({ type: 'remove', key: 'web', nostop: false });
    assert.deepEqual(Object.keys(world.state.watchers), []);
    assert.deepEqual(world.answers.get(removed), { result: nothing });
  });
}
