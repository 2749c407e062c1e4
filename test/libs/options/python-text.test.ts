import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '#libs/protocol';
import { pythonRepr, pythonStr } from '../../../libs/options/python-text.ts';

const rows: readonly (readonly [Json, string])[] = [
  ['nope', "'nope'"],
  ["it's", `"it's"`],
  [`'"`, `'\\'"'`],
  ['a\\b\n\u0001é', "'a\\\\b\\n\\x01é'"],
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
  [1.5, '1.5'],
  [['a', null], "['a', None]"],
  [{ a: { b: [] } }, "{'a': {'b': []}}"],
];

for (const [value, expected] of rows) {
  test(`${JSON.stringify(value)} is ${expected}`, () => {
    assert.equal(pythonRepr(value), expected);
    assert.equal(pythonStr(value), typeof value === 'string' ? value : expected);
  });
}
