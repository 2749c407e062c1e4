/** A pid is given again. What an action means is one process, and no later one with its pid. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';

test('signals name the ticket of the process that they are for', () => {
  const world = new World();
  world.add('web', { sendHup: true });
  world.run(100);
  world.order({ type: 'reload', keys: ['web'], isOne: true, how: 'graceful' });
  world.stop('web');
  const signals = world.actions.filter(({ type }) => type === 'hup' || type === 'signal');
  const targets = signals.map((action) => 'ticket' in action && 'pid' in action && action);
  for (const target of targets) assert.ok(target && target.ticket === 1 && target.pid === 101);
  assert.equal(targets.length, 2);
});
