import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRules } from '#libs/supervision';
import { World } from './world.ts';

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
