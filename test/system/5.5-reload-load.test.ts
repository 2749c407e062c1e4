/** Graceful reloads under load drop nothing (manual 5.5 "reload"); the long form is `npm run chaos`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reloadToBrokenVersion } from '../load/compare-reloads.ts';
import { reloadUnderLoad } from '../load/reload-storm.ts';
import { withCircus } from '../load/reload-subjects.ts';

test('graceful reloads drop no request, on connections that are kept or not', async (t) => {
  const { figures, violations } = await withCircus((subject) => {
    return reloadUnderLoad(subject, { reloads: 4, requests: 4_000 });
  });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(violations, []);
});

test('a reload to a version that never gets ready drops none either, and tells why', async (t) => {
  const { figures, violations } = await withCircus((subject, daemon) => {
    return reloadToBrokenVersion(subject.port, daemon);
  });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(violations, []);
});
