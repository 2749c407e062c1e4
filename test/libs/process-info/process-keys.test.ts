import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProcessMeter } from '#libs/process-info';
import { processKeys } from '#libs/protocol';

test('a process is described with the keys that the reference explains', () => {
  const described = Object.keys(new ProcessMeter().describe(process.pid) ?? {});
  // What the stats command adds of its own.
  const all = [...described, 'children', 'started', 'wid'];
  assert.deepEqual(all.sort(), Object.keys(processKeys).sort());
});
