import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogPositions } from '../../../libs/commands/log-positions.ts';

const fresh = { isNew: true, missing: 0 };

test('leaves out what was shown already and takes what follows it', () => {
  const positions = new LogPositions();
  positions.begin('t', 100);
  assert.deepEqual(positions.advance('t', { position: 80, bytes: 20 }), {
    isNew: false,
    missing: 0,
  });
  assert.deepEqual(positions.advance('t', { position: 100, bytes: 5 }), fresh);
  assert.deepEqual(positions.advance('t', { position: 105, bytes: 5 }), fresh);
});

test('tells how much is missing, by a message without bytes too', () => {
  const positions = new LogPositions();
  positions.begin('t', 100);
  assert.deepEqual(positions.advance('t', { position: 150, bytes: 5 }), {
    isNew: true,
    missing: 50,
  });
  assert.deepEqual(positions.advance('t', { position: 200, bytes: 0 }), {
    isNew: false,
    missing: 45,
  });
  assert.deepEqual(positions.advance('t', { position: 200, bytes: 1 }), fresh);
});

test('begins with the first piece of a topic that is new, and anew when it does', () => {
  const positions = new LogPositions();
  assert.deepEqual(positions.advance('t', { position: 700, bytes: 5 }), fresh);
  assert.deepEqual(positions.advance('t', { position: 0, bytes: 5 }), fresh);
});
