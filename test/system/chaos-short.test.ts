import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { profiles } from '../chaos/profiles.ts';
import { raiseStorm } from '../chaos/storm.ts';

/** What a busy machine is allowed; `npm run chaos` reports what it really takes. */
const patienceMs = 250;

describe('a storm over 200 workers', { timeout: 60_000 }, () => {
  it('leaves every place filled once and every death told once, after kills', async () => {
    await storm('kill-storm', 10);
  });

  it('answers every command, however they overtake one another', async () => {
    await storm('mixed', 3);
  });
});

async function storm(name: string, seconds: number): Promise<void> {
  const profile = profiles[name];
  assert.ok(profile);
  const seed = 1;
  const { violations, figures } = await raiseStorm({ profile, seed, seconds });
  const report = JSON.stringify(figures, null, 2);
  assert.deepEqual(violations, [], report);
  assert.ok(Number(figures['status p99 ms']) < patienceMs, report);
  const opened = Number(figures['descriptors after']) - Number(figures['descriptors before']);
  assert.ok(opened <= 4, report);
}
