/** What clients without a second attempt notice of deaths and restarts (manual 5.7): nothing else than deaths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { raiseSocketStorm } from '../load/socket-storm.ts';

test('50 kills cost only what the killed had accepted, 20 restarts nothing', async (t) => {
  const { violations, figures } = await raiseSocketStorm({ kills: 50, restarts: 20 });
  const report = JSON.stringify(figures, null, 2);
  assert.deepEqual(violations, [], report);
  for (const [what, figure] of Object.entries(figures)) t.diagnostic(`${what}: ${figure}`);
});
