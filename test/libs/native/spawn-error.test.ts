import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isPassing, SpawnError, SystemError } from '#libs/native';

test('a shortage passes, whoever reports it; anything else stays', () => {
  const emfile = 24;
  assert.ok(isPassing(new SpawnError('EMFILE', 'too many open files')));
  assert.ok(isPassing(new SystemError('cannot create a pipe', emfile)));
  assert.ok(isPassing(Object.assign(new Error('EMFILE, open'), { code: 'EMFILE' })));
  assert.ok(!isPassing(new SpawnError('ENOENT', 'no such file')));
  assert.throws(
    () => readFileSync('/no/such/file'),
    (error) => !isPassing(error),
  );
  assert.ok(!isPassing('EMFILE'));
});
