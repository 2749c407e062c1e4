import assert from 'node:assert/strict';
import { uptime } from 'node:os';
import { test } from 'node:test';
import { processTimes, ticksPerSecond } from '#libs/process-info';

test('ages stay true when somebody sets the clock; only the date of the creation moves', (t) => {
  const tenSecondsAgo = (uptime() - 10) * ticksPerSecond;
  const before = processTimes(tenSecondsAgo);
  assert.ok(Math.abs(before.age - 10) < 1, String(before.age));
  assert.ok(Math.abs(before.createTime - (Date.now() / 1_000 - 10)) < 1);
  for (const shift of [86_400, -86_400]) {
    const now = Date.now() + shift * 1_000;
    const clock = t.mock.method(Date, 'now', () => now);
    const after = processTimes(tenSecondsAgo);
    assert.ok(Math.abs(after.age - 10) < 2, String(after.age));
    assert.ok(Math.abs(after.createTime - before.createTime - shift) < 2);
    clock.mock.restore();
  }
  assert.equal(processTimes((uptime() + 60) * ticksPerSecond).age, 0, 'never negative');
});
