import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf, traceOf } from '#libs/protocol';

test('whatever was thrown has a text', () => {
  const error = new RangeError('too far');
  assert.equal(messageOf(error), 'too far');
  assert.match(traceOf(error), /^RangeError: too far\n\s+at /);
  delete error.stack;
  assert.equal(traceOf(error), 'too far');
  for (const thrown of ['a word', 7, null, undefined]) {
    assert.deepEqual([messageOf(thrown), traceOf(thrown)], [String(thrown), String(thrown)]);
  }
});
