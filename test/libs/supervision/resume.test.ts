/** A state that was written down goes on where it was, by another clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Action,
  type DaemonState,
  defaultRules,
  nextDeadline,
  pendingGates,
  rebase,
  resume,
  step,
  type WatcherRules,
} from '#libs/supervision';
import { World, wellMannered } from './world.ts';

function copy(state: DaemonState): DaemonState {
  return JSON.parse(JSON.stringify(state));
}

for (const [what, rules, until] of [
  ['a stop', {}, 1_000 + 30_000],
  ['max_age', { maxAgeMs: 60_000, maxAgeVarianceMs: 0 }, 1 + 60_000],
  ['readiness', { readiness: { timeoutMs: 5_000 } }, 1 + 5_000],
  ['a warm-up', { warmupDelayMs: 7_000 }, 1 + 7_000],
] as const) {
  test(`keeps the remaining time of ${what} on another clock`, () => {
    const world = new World();
    world.onSpawn = () => ({ ...wellMannered, reactionMs: null, readyMs: null });
    world.add('web', rules);
    world.run(1_000);
    if (what === 'a stop') world.stop('web');
    const other = copy(world.state);
    rebase(other, 500_000);
    assert.equal(nextDeadline(world.state), until);
    const remaining = until - world.state.clock;
    assert.equal(nextDeadline(other), 500_000 + remaining);
  });
}

test('keeps the remaining time of a back-off and of a rollout', () => {
  const world = new World(9_000);
  world.onSpawn = () => ({ isPermanent: false, reason: 'EAGAIN' });
  world.add('a', {}, false);
  world.add('b', {}, false);
  world.order({ type: 'start', keys: ['a', 'b'], isOne: false });
  world.run(5_000);
  const before = nextDeadline(world.state) ?? 0;
  const { clock } = world.state;
  const other = copy(world.state);
  rebase(other, 3);
  assert.equal((nextDeadline(other) ?? 0) - 3, before - clock);
});

/** What is under way, and what is ordered again. */
const pendingRows: readonly (readonly [string, Partial<WatcherRules>, boolean, string[]])[] = [
  ['a spawn', {}, false, ['spawn']],
  ['a wait for readiness', { readiness: { timeoutMs: 500 } }, true, ['await_ready']],
  ['a wait for demand', { onDemand: true }, false, ['watch_demand']],
  ['nothing', {}, true, []],
];

for (const [what, rules, isBorn, expected] of pendingRows) {
  test(`orders again, when resumed: ${what}`, () => {
    const { state } = new World();
    const base = { key: 'web', name: 'web', start: true, wait: 1 };
    step(state, { now: 0, type: 'add', rules: { ...defaultRules, ...rules }, ...base });
    const where = { key: 'web', wid: 1, ticket: 1 };
    if (isBorn) step(state, { now: 1, type: 'spawned', ...where, pid: 7, random: 0 });
    assert.deepEqual(kinds(resume(copy(state))), expected);
  });
}

test('orders again, when resumed, the end of remains and of strays', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, remainsMs: 50_000 });
  world.add('web', { gracefulTimeoutMs: 2_000 });
  world.run(1_000);
  world.onSpawn = () => wellMannered;
  world.die(101);
  assert.deepEqual(kinds(resume(copy(world.state))), ['spawn', 'end_remains']);
  world.run(2_100);
  assert.deepEqual(kinds(resume(copy(world.state))), []);
  world.straysMs = null;
  world.quit();
  world.run(100);
  assert.equal(world.state.phase, 'sweeping');
  assert.deepEqual(kinds(resume(copy(world.state))), ['end_strays']);
});

for (const [hook, then] of [
  ['before_start', 'starting'],
  ['after_start', 'active'],
  ['before_spawn', 'starting'],
  ['after_spawn', 'active'],
] as const) {
  test(`names the verdict of ${hook} that is waited for, and goes on with it`, () => {
    const world = new World();
    world.onHook = () => null;
    world.add('web', { hooks: [hook] });
    world.run(10);
    const [pending, ...more] = pendingGates(copy(world.state));
    assert.ok(pending);
    assert.deepEqual(more, []);
    world.feed({ type: 'verdict', ...pending, isPassed: true });
    assert.equal(world.watcher('web').state, then);
    assert.deepEqual(pendingGates(world.state), []);
  });
}

function kinds(actions: readonly Action[]): string[] {
  return actions.map(({ type }) => type);
}
