import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRules } from '#libs/supervision';
import { World, wellMannered } from './world.ts';

test('says end once, whatever comes after it', () => {
  const world = new World();
  world.add('web');
  world.run(10);
  world.quit();
  world.run(1_000);
  world.feed({ type: 'tick' });
  world.quit();
  world.feed({ type: 'strays_gone' });
  world.run(10_000);
  const last = world.actions.filter(({ type }) => type === 'end' || type === 'kill_strays');
  assert.deepEqual(last, [{ type: 'end' }]);
});

test('ends although two running watchers have come to depend on each other', () => {
  const world = new World();
  world.add('a');
  world.add('b', { dependsOn: [{ watcher: 'a', condition: 'started' }] });
  world.run(10);
  const rules = { ...defaultRules, dependsOn: [{ watcher: 'b', condition: 'ready' as const }] };
  world.order({ type: 'set', key: 'a', rules, needsReload: false });
  world.quit();
  world.run(1_000);
  assert.equal(world.hasEnded, true);
});

test('quit stops all at once, answers when nothing is left, then says end', () => {
  const world = new World();
  for (const key of ['a', 'b']) world.add(key);
  world.run(100);
  const quit = world.quit();
  const signals = world.actions.filter(({ type }) => type === 'signal');
  assert.equal(signals.length, 2);
  world.run(1_000);
  assert.ok(world.answers.has(quit));
  assert.deepEqual(world.actions.at(-1), { type: 'end' });
  for (const key of ['a', 'b']) assert.equal(world.events(key).at(-1), 'stop');
});

test('quit stops dependents before what they need', () => {
  const world = new World();
  world.add('db');
  world.add('app', { dependsOn: [{ watcher: 'db', condition: 'ready' }] });
  world.add('web', { dependsOn: [{ watcher: 'app', condition: 'started' }] });
  world.run(100);
  world.quit();
  world.run(1_000);
  const stops = world.published.filter(({ event }) => event === 'stop').map(({ key }) => key);
  assert.deepEqual(stops, ['web', 'app', 'db']);
  assert.deepEqual(world.times('db', 'kill'), world.times('app', 'stop'));
});

test('a second quit kills at once, dependencies or not', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, reactionMs: null });
  world.straysMs = null;
  world.add('db');
  world.add('web', { dependsOn: [{ watcher: 'db', condition: 'ready' }] });
  world.run(100);
  const waits = [world.quit(), world.quit()];
  assert.equal(world.actions.filter(({ type }) => type === 'kill_tree').length, 2);
  world.run(10);
  assert.equal(world.hasEnded, true);
  for (const wait of waits) assert.ok(world.answers.has(wait));
});

test('quit at once does not wait for the first one', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, reactionMs: null });
  world.add('web', { hooks: ['before_stop'] });
  world.run(100);
  world.quit(true);
  world.run(10);
  assert.equal(world.hasEnded, true);
});

test('kills strays that do not go, and again each second', () => {
  const world = new World();
  world.straysMs = null;
  world.add('web', { gracefulTimeoutMs: 2_000 });
  world.run(100);
  world.quit();
  world.run(1_900);
  assert.equal(world.hasEnded, false);
  world.run(200);
  assert.equal(world.hasEnded, true);
});

test('a quit during a start overtakes it', () => {
  const world = new World(1_000);
  for (const key of ['a', 'b', 'c']) world.add(key, { numprocesses: 3, warmupDelayMs: 500 }, false);
  const started = world.order({ type: 'start', keys: ['a', 'b', 'c'], isOne: false });
  world.run(700);
  world.quit();
  world.run(100);
  assert.equal(world.hasEnded, true);
  assert.ok('reason' in (world.answers.get(started) ?? {}));
  assert.deepEqual(world.events('b'), []);
});

test('while it ends the daemon refuses commands but stop and quit', () => {
  const world = new World();
  world.onSpawn = () => ({ ...wellMannered, reactionMs: 500 });
  world.add('web');
  world.run(100);
  world.quit();
  const refused = { reason: 'circusd is ending' };
  assert.deepEqual(world.answers.get(world.start('web')), refused);
  assert.deepEqual(world.answers.get(world.restart('web')), refused);
  assert.deepEqual(world.answers.get(world.reload('web')), refused);
  assert.deepEqual(world.answers.get(world.add('more')), refused);
  const stopped = world.stop('web');
  world.run(1_000);
  assert.ok('result' in (world.answers.get(stopped) ?? {}));
});
