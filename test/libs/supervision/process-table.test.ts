/** Every state of a process meets everything that can happen to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CoreEvent, defaultRules, step, type WatcherRules } from '#libs/supervision';
import { World } from './world.ts';

type Happening =
  | 'passed'
  | 'refused'
  | 'spawned'
  | 'failed'
  | 'ready'
  | 'delayed'
  | 'unhealthy'
  | 'exited'
  | 'stop'
  | 'kill'
  | 'due';

/** How a watcher comes to have its only process in a state: rules, and how long to wait. */
const waysThere: Record<string, { rules: Partial<WatcherRules>; reach: (world: World) => void }> = {
  gated: { rules: { hooks: ['before_spawn'] }, reach: () => undefined },
  spawning: { rules: {}, reach: () => undefined },
  confirming: { rules: { hooks: ['after_spawn'] }, reach: beBorn },
  unready: { rules: { readiness: { timeoutMs: 500 } }, reach: beBorn },
  running: { rules: { maxAgeMs: 700, maxAgeVarianceMs: 0 }, reach: beBorn },
  stopping: {
    rules: {},
    reach: (world) => {
      beBorn(world);
      feed(world, killCommand(15, 300));
    },
  },
  killing: {
    rules: {},
    reach: (world) => {
      beBorn(world);
      feed(world, killCommand(9, 0));
    },
  },
};

const ignored = ['same', ''] as const;

/** State, happening, state of the slot after it, actions. */
const rows: readonly (readonly [string, Happening, string, string])[] = [
  ['gated', 'passed', 'spawning', 'spawn'],
  ['gated', 'refused', 'vacant', 'report publish:stop'],
  ['gated', 'spawned', ...ignored],
  ['gated', 'failed', ...ignored],
  ['gated', 'ready', ...ignored],
  ['gated', 'delayed', ...ignored],
  ['gated', 'unhealthy', ...ignored],
  ['gated', 'exited', ...ignored],
  ['gated', 'stop', 'vacant', 'publish:stop'],
  ['gated', 'kill', ...ignored],
  ['gated', 'due', ...ignored],
  ['spawning', 'passed', ...ignored],
  ['spawning', 'refused', ...ignored],
  ['spawning', 'spawned', 'running', 'publish:spawn publish:start'],
  ['spawning', 'failed', 'spawning', 'publish:spawn_failed spawn'],
  ['spawning', 'ready', ...ignored],
  ['spawning', 'delayed', ...ignored],
  ['spawning', 'unhealthy', ...ignored],
  ['spawning', 'exited', ...ignored],
  ['spawning', 'stop', 'spawning', ''],
  ['spawning', 'kill', ...ignored],
  ['spawning', 'due', ...ignored],
  ['confirming', 'passed', 'running', 'publish:spawn publish:start'],
  ['confirming', 'refused', 'stopping', 'report signal'],
  ['confirming', 'spawned', ...ignored],
  ['confirming', 'failed', ...ignored],
  ['confirming', 'ready', ...ignored],
  ['confirming', 'delayed', ...ignored],
  ['confirming', 'unhealthy', ...ignored],
  ['confirming', 'exited', 'spawning', 'spawn'],
  ['confirming', 'stop', 'stopping', 'signal'],
  ['confirming', 'kill', 'stopping', 'signal'],
  ['confirming', 'due', ...ignored],
  ['unready', 'passed', ...ignored],
  ['unready', 'refused', ...ignored],
  ['unready', 'spawned', ...ignored],
  ['unready', 'failed', ...ignored],
  ['unready', 'ready', 'running', 'publish:ready publish:start'],
  ['unready', 'delayed', ...ignored],
  ['unready', 'unhealthy', ...ignored],
  ['unready', 'exited', 'spawning', 'publish:reap spawn'],
  ['unready', 'stop', 'stopping', 'signal'],
  ['unready', 'kill', 'stopping', 'signal'],
  ['unready', 'due', 'stopping', 'report signal'],
  ['running', 'passed', ...ignored],
  ['running', 'refused', ...ignored],
  ['running', 'spawned', ...ignored],
  ['running', 'failed', ...ignored],
  ['running', 'ready', ...ignored],
  ['running', 'delayed', ...ignored],
  ['running', 'unhealthy', 'stopping', 'report signal'],
  ['running', 'exited', 'spawning', 'publish:reap spawn'],
  ['running', 'stop', 'stopping', 'signal'],
  ['running', 'kill', 'stopping', 'signal'],
  ['running', 'due', 'stopping', 'publish:expired signal'],
  ['stopping', 'passed', ...ignored],
  ['stopping', 'refused', ...ignored],
  ['stopping', 'spawned', ...ignored],
  ['stopping', 'failed', ...ignored],
  ['stopping', 'ready', ...ignored],
  ['stopping', 'delayed', ...ignored],
  ['stopping', 'unhealthy', ...ignored],
  ['stopping', 'exited', 'spawning', 'publish:reap spawn'],
  ['stopping', 'stop', ...ignored], // its deadline is the sooner one
  ['stopping', 'kill', 'stopping', 'signal'], // with a shorter time-out
  ['stopping', 'due', 'killing', 'kill_tree'],
  ['killing', 'passed', ...ignored],
  ['killing', 'refused', ...ignored],
  ['killing', 'spawned', ...ignored],
  ['killing', 'failed', ...ignored],
  ['killing', 'ready', ...ignored],
  ['killing', 'delayed', ...ignored],
  ['killing', 'unhealthy', ...ignored],
  ['killing', 'exited', 'spawning', 'publish:reap spawn'],
  ['killing', 'stop', ...ignored],
  ['killing', 'kill', ...ignored],
  ['killing', 'due', 'killing', 'kill_tree'],
];

for (const [state, happening, next, actions] of rows) {
  test(`a ${state} process meets ${happening}: ${next === 'same' ? 'ignored' : next}`, () => {
    const world = worldWith(state);
    assert.equal(stateOf(world), state);
    const before = world.actions.length;
    make(world, happening);
    assert.equal(stateOf(world), next === 'same' ? state : next);
    assert.equal(describe(world, before), actions);
  });
}

test('the table has a row for every state and happening', () => {
  assert.equal(new Set(rows.map(([state, happening]) => state + happening)).size, 7 * 11);
});

/** A world in which nothing answers but the test. */
function worldWith(state: string): World {
  const world = new World();
  world.spawnMs = 1e9;
  world.onHook = () => null;
  const way = waysThere[state];
  assert.ok(way);
  world.add('web', { ...defaultRules, ...way.rules });
  way.reach(world);
  return world;
}

function beBorn(world: World): void {
  feed(world, { type: 'spawned', ...place(world), pid: 7, random: 0.5 });
}

function place(world: World): { key: string; wid: number; ticket: number } {
  const process = world.watcher('web').slots[0]?.process;
  return { key: 'web', wid: 1, ticket: process?.ticket ?? 0 };
}

function stateOf(world: World): string {
  return world.watcher('web').slots[0]?.process?.state ?? 'vacant';
}

function make(world: World, happening: Happening): void {
  if (happening === 'due') world.now += 1_000;
  feed(world, eventFor(world, happening));
}

function eventFor(world: World, happening: Happening): Timeless {
  const where = place(world);
  const gate = world.watcher('web').slots[0]?.process?.gate ?? 999;
  const random = 0.5;
  switch (happening) {
    case 'passed':
      return { type: 'verdict', key: 'web', gate, isPassed: true };
    case 'refused':
      return { type: 'verdict', key: 'web', gate, isPassed: false };
    case 'spawned':
      return { type: 'spawned', ...where, pid: 7, random };
    case 'failed':
      return { type: 'spawn_failed', ...where, isPermanent: true, reason: 'ENOENT', random };
    case 'ready':
      return { type: 'ready', ...where };
    case 'delayed':
      return { type: 'not_ready', ...where, reason: 'refused' };
    case 'unhealthy':
      return { type: 'unhealthy', ...where, reason: 'no answer' };
    case 'exited':
      return { type: 'exited', ...where, exitCode: 1, hasRemains: false, failure: null, random };
    case 'stop':
      return { type: 'stop', keys: ['web'], isOne: true, wait: 3 };
    case 'kill':
      return killCommand(15, 200);
    case 'due':
      return { type: 'tick' };
    default:
      return happening satisfies never;
  }
}

function killCommand(signum: number, timeoutMs: number): Timeless {
  return { type: 'kill', key: 'web', pids: [7], order: { signum, timeoutMs }, wait: 2 };
}

type Timeless<T = CoreEvent> = T extends unknown ? Omit<T, 'now'> : never;

/** Without a world: an imaginary one would know that the process does not exist. */
function feed(world: World, event: Timeless): void {
  world.actions.push(...step(world.state, { ...event, now: world.now } as CoreEvent));
}

/** Actions since then in short, without answers. */
function describe(world: World, from: number): string {
  return world.actions
    .slice(from)
    .filter(({ type }) => type !== 'finish' && type !== 'fail')
    .map((action) => (action.type === 'publish' ? `publish:${action.event}` : action.type))
    .join(' ');
}
