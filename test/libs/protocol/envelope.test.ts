import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorTable, parseRequest, salvageRequest } from '#libs/protocol';

const parse = (message: unknown) => parseRequest(Buffer.from(JSON.stringify(message)));

test('keeps the command as it was sent beside the one that is looked up', () => {
  const { command, sentCommand } = parse({ command: 'LiSt' });
  assert.deepEqual([command, sentCommand], ['list', 'LiSt']);
});

test('a request without id and properties has null and none', () => {
  const { id, properties, isCast } = parse({ command: 'list' });
  assert.deepEqual([id, properties, isCast], [null, {}, false]);
});

test('nesting beyond 64 levels is refused, and nothing of it is salvaged', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  assert.deepEqual(parse({ command: 'a', id: nested(63) }).command, 'a');
  const tooDeep = Buffer.from(JSON.stringify({ command: 'a', id: nested(64) }));
  assert.throws(() => parseRequest(tooDeep), { code: 'invalid_json' });
  assert.deepEqual(salvageRequest(tooDeep), { id: null, isCast: false });
});

test('every error code has its number and meaning', () => {
  for (const { errno, meaning } of Object.values(errorTable)) {
    assert.ok(errno >= 1 && errno <= 6 && meaning.length > 10);
  }
});
