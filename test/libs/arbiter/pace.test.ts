import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../libs/arbiter/pace.ts';

test('others get their turn between pieces of long work, and short work is done at once', async () => {
  const pace = new Pace();
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await pace.breathe();
  const before = turns;
  for (let at = 0; at < 5; at += 1) {
    await pace.breathe();
    const end = performance.now() + 5;
    while (performance.now() < end);
  }
  isDone = true;
  assert.ok(turns - before >= 4, `${turns - before} turns in 25 ms`);
});
