import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { raiseUpgradeStorm } from '../load/upgrade-storm.ts';

describe('upgrades under load', { timeout: 180_000 }, () => {
  it('fail no request, lose no byte and no event, and restart nobody', async () => {
    const { violations, figures } = await raiseUpgradeStorm({
      upgrades: 4,
      requestsPerSecond: 200,
      killEveryMs: 300,
    });
    assert.deepEqual(violations, [], JSON.stringify(figures, null, 2));
  });
});
