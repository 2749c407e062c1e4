import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deltas } from '../../../services/httpd/deltas.ts';

test('a page that was away gets what it has missed, and nothing twice', () => {
  const deltas = new Deltas();
  const revs = [1, 2, 3].map(() => deltas.add({ watchers: {} }).rev);
  assert.deepEqual(revs, [1, 2, 3]);
  assert.deepEqual(
    deltas.since(1)?.map(({ rev }) => rev),
    [2, 3],
  );
  assert.deepEqual(deltas.since(3), []);
});

test('one that was away for too long, or was never here, has to begin anew', () => {
  const deltas = new Deltas();
  for (let count = 0; count < 1_000; count += 1) deltas.add({});
  assert.equal(deltas.since(1), undefined);
  assert.equal(deltas.since(2_000), undefined);
  assert.ok((deltas.since(999)?.length ?? 0) === 1);
});
