/** Every state of a watcher meets everything that can happen to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CoreEvent, defaultRules, step, type WatcherRules } from '#libs/supervision';
import { World } from './world.ts';

type Timeless<T = CoreEvent> = T extends unknown ? Omit<T, 'now'> : never;

interface Way {
  readonly rules: Partial<WatcherRules>;
  readonly isStarted: boolean;
  readonly events: readonly Timeless[];
}

const born: Timeless = { type: 'spawned', key: 'web', wid: 1, ticket: 1, pid: 7, random: 0.5 };
const stop: Timeless = { type: 'stop', keys: ['web'], isOne: true, wait: 2 };

/** How a watcher with one process comes to each state. */
const waysThere: Record<string, Way> = {
  stopped: { rules: {}, isStarted: false, events: [] },
  dormant: { rules: { onDemand: true }, isStarted: true, events: [] },
  blocked: {
    rules: { dependsOn: [{ watcher: 'db', condition: 'started' }] },
    isStarted: true,
    events: [],
  },
  opening: { rules: { hooks: ['before_start'] }, isStarted: true, events: [] },
  starting: { rules: { warmupDelayMs: 500 }, isStarted: true, events: [born] },
  confirming: { rules: { hooks: ['after_start'] }, isStarted: true, events: [born] },
  active: { rules: {}, isStarted: true, events: [born] },
  closing: { rules: { hooks: ['before_stop'] }, isStarted: true, events: [born, stop] },
  stopping: { rules: {}, isStarted: true, events: [born, stop] },
};

const happenings: Record<string, (gate: number) => Timeless> = {
  start: () => ({ type: 'start', keys: ['web'], isOne: true, wait: 3 }),
  stop: () => ({ ...stop, wait: 3 }) as Timeless,
  restart: () => ({ type: 'restart', keys: ['web'], isOne: true, wait: 3 }),
  reload: () => ({ type: 'reload', keys: ['web'], isOne: true, how: 'graceful', wait: 3 }),
  remove: () => ({ type: 'remove', key: 'web', nostop: false, wait: 3 }),
  passed: (gate) => ({ type: 'verdict', key: 'web', gate, isPassed: true }),
  refused: (gate) => ({ type: 'verdict', key: 'web', gate, isPassed: false }),
  demand: () => ({ type: 'demand', key: 'web' }),
  exit: () => ({
    type: 'exited',
    key: 'web',
    wid: 1,
    ticket: 1,
    exitCode: 0,
    hasRemains: false,
    failure: null,
    random: 0.5,
  }),
  tick: () => ({ type: 'tick' }),
  quit: () => ({ type: 'quit', atOnce: false, wait: 3 }),
};
/** State, happening, state after it, what the core did: `+` marks what it published. */
const rows: readonly (readonly [string, string, string, string])[] = [
  ['stopped', 'start', 'starting', 'spawn'],
  ['stopped', 'stop', 'same', 'finish'],
  ['stopped', 'restart', 'starting', 'spawn'],
  ['stopped', 'reload', 'starting', 'spawn'],
  ['stopped', 'remove', 'gone', 'removed finish'],
  ['stopped', 'passed', 'same', ''],
  ['stopped', 'refused', 'same', ''],
  ['stopped', 'demand', 'same', ''],
  ['stopped', 'exit', 'same', ''],
  ['stopped', 'tick', 'same', ''],
  ['stopped', 'quit', 'same', 'end_strays end_strays'],
  ['dormant', 'start', 'same', 'finish'],
  ['dormant', 'stop', 'stopped', 'unwatch_demand finish'],
  ['dormant', 'restart', 'same', 'finish'],
  ['dormant', 'reload', 'same', 'finish'],
  ['dormant', 'remove', 'gone', 'unwatch_demand removed finish'],
  ['dormant', 'passed', 'same', ''],
  ['dormant', 'refused', 'same', ''],
  ['dormant', 'demand', 'starting', 'unwatch_demand spawn'],
  ['dormant', 'exit', 'same', ''],
  ['dormant', 'tick', 'same', ''],
  ['dormant', 'quit', 'stopped', 'end_strays unwatch_demand end_strays'],
  ['blocked', 'start', 'same', ''],
  ['blocked', 'stop', 'stopped', 'fail finish'],
  ['blocked', 'restart', 'same', ''],
  ['blocked', 'reload', 'same', ''],
  ['blocked', 'remove', 'gone', 'removed fail finish'],
  ['blocked', 'passed', 'same', ''],
  ['blocked', 'refused', 'same', ''],
  ['blocked', 'demand', 'same', ''],
  ['blocked', 'exit', 'same', ''],
  ['blocked', 'tick', 'same', ''],
  ['blocked', 'quit', 'stopped', 'end_strays end_strays fail'],
  ['opening', 'start', 'same', ''],
  ['opening', 'stop', 'stopped', 'fail finish'],
  ['opening', 'restart', 'same', ''],
  ['opening', 'reload', 'same', ''],
  ['opening', 'remove', 'gone', 'removed fail finish'],
  ['opening', 'passed', 'starting', 'spawn'],
  ['opening', 'refused', 'stopped', '+stop fail'],
  ['opening', 'demand', 'same', ''],
  ['opening', 'exit', 'same', ''],
  ['opening', 'tick', 'same', ''],
  ['opening', 'quit', 'stopped', 'end_strays end_strays fail'],
  ['starting', 'start', 'same', ''],
  ['starting', 'stop', 'stopping', 'signal'],
  ['starting', 'restart', 'stopping', 'signal'],
  ['starting', 'reload', 'same', ''],
  ['starting', 'remove', 'stopping', 'signal'],
  ['starting', 'passed', 'same', ''],
  ['starting', 'refused', 'same', ''],
  ['starting', 'demand', 'same', ''],
  ['starting', 'exit', 'same', '+reap'],
  ['starting', 'tick', 'active', '+start finish'],
  ['starting', 'quit', 'stopping', 'end_strays signal'],
  ['confirming', 'start', 'same', ''],
  ['confirming', 'stop', 'stopping', 'signal'],
  ['confirming', 'restart', 'stopping', 'signal'],
  ['confirming', 'reload', 'same', ''],
  ['confirming', 'remove', 'stopping', 'signal'],
  ['confirming', 'passed', 'active', '+start finish'],
  ['confirming', 'refused', 'stopping', 'signal'],
  ['confirming', 'demand', 'same', ''],
  ['confirming', 'exit', 'same', '+reap spawn'],
  ['confirming', 'tick', 'same', ''],
  ['confirming', 'quit', 'stopping', 'end_strays signal'],
  ['active', 'start', 'same', 'finish'],
  ['active', 'stop', 'stopping', 'signal'],
  ['active', 'restart', 'stopping', 'signal'],
  ['active', 'reload', 'same', '+reload_started spawn'],
  ['active', 'remove', 'stopping', 'signal'],
  ['active', 'passed', 'same', ''],
  ['active', 'refused', 'same', ''],
  ['active', 'demand', 'same', ''],
  ['active', 'exit', 'same', '+reap spawn'],
  ['active', 'tick', 'same', ''],
  ['active', 'quit', 'stopping', 'end_strays signal'],
  ['closing', 'start', 'same', ''],
  ['closing', 'stop', 'same', ''],
  ['closing', 'restart', 'same', ''],
  ['closing', 'reload', 'same', ''],
  ['closing', 'remove', 'same', ''],
  ['closing', 'passed', 'stopping', 'signal'],
  ['closing', 'refused', 'stopping', 'signal'],
  ['closing', 'demand', 'same', ''],
  ['closing', 'exit', 'same', '+reap'],
  ['closing', 'tick', 'same', ''],
  ['closing', 'quit', 'same', 'end_strays'],
  ['stopping', 'start', 'same', ''],
  ['stopping', 'stop', 'same', ''],
  ['stopping', 'restart', 'same', ''],
  ['stopping', 'reload', 'same', ''],
  ['stopping', 'remove', 'same', ''],
  ['stopping', 'passed', 'same', ''],
  ['stopping', 'refused', 'same', ''],
  ['stopping', 'demand', 'same', ''],
  ['stopping', 'exit', 'stopped', '+reap +stop finish'],
  ['stopping', 'tick', 'same', ''],
  ['stopping', 'quit', 'same', 'end_strays'],
];

for (const [state, happening, next, actions] of rows) {
  test(`a watcher that is ${state} meets ${happening}: ${next === 'same' ? 'stays' : next}`, () => {
    const [way, make] = [waysThere[state], happenings[happening]];
    assert.ok(way && make);
    const { world, gate } = worldWith(way);
    assert.equal(world.watcher('web').state, state);
    assert.deepEqual(meet(world, make(gate)), [next === 'same' ? state : next, actions]);
  });
}

test('the table of watchers has a row for every state and happening', () => {
  const { length } = Object.keys(happenings);
  const pairs = new Set(rows.map(([state, happening]) => `${state} ${happening}`));
  assert.equal(pairs.size, Object.keys(waysThere).length * length);
});

function worldWith({ rules, isStarted, events }: Way): { world: World; gate: number } {
  const world = new World();
  const add = { key: 'web', name: 'web', rules: { ...defaultRules, ...rules }, start: isStarted };
  step(world.state, { now: 0, type: 'add', wait: 1, ...add });
  for (const event of events) step(world.state, { ...event, now: 0 } as CoreEvent);
  return { world, gate: world.watcher('web').gate ?? 999 };
}

/** The state after the event, and what it made the core do. */
function meet(world: World, event: Timeless): [string, string] {
  const now = event.type === 'tick' ? 600 : 100;
  const actions = step(world.state, { ...event, now } as CoreEvent);
  const words = actions.map((action) => {
    if (action.type === 'publish') return `+${action.event}`;
    return action.type === 'hook' ? action.hook : action.type;
  });
  return [world.state.watchers['web']?.state ?? 'gone', words.join(' ')];
}
