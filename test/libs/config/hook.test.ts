/** What a hook option says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHook } from '#libs/config';

for (const [text, kind, target, ignoresErrors] of [
  ['exec:check-disk /var', 'command', 'check-disk /var', false],
  ['exec:check-disk /var, True', 'command', 'check-disk /var', true],
  ["exec:sh -c 'echo a, b'", 'command', "sh -c 'echo a, b'", false],
  ["exec:sh -c 'echo a, b' ,no", 'command', "sh -c 'echo a, b'", false],
  ['exec:print a,b', 'command', 'print a,b', false],
  ['./hooks.js#before', 'function', './hooks.js#before', false],
  ['./hooks.js#before , yes', 'function', './hooks.js#before', true],
  ['path.to.callable', 'unknown', 'path.to.callable', false],
  ['path.to.callable,true', 'unknown', 'path.to.callable', true],
] as const) {
  test(`${text} is a ${kind}`, () => {
    assert.deepEqual(parseHook(text), { kind, target, ignoresErrors });
  });
}

test('others are none', () => {
  for (const text of ['', ',true', 'exec:', 'exec: ,true', 'a.b, perhaps', 'a, b, true']) {
    assert.equal(parseHook(text), undefined, text);
  }
});
