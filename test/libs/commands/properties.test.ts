import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '#libs/protocol';
import type { PropertyKind } from '../../../libs/commands/command.ts';
import { checkProperties, isTruthy } from '../../../libs/commands/properties.ts';

/** Kind, what is sent, and what it becomes; `undefined` when it is refused. */
const rows: readonly (readonly [PropertyKind, Json, Json | undefined])[] = [
  ['string', 'a', 'a'],
  ['string', 1, undefined],
  ['strings', ['a', 'b'], ['a', 'b']],
  ['strings', 'a', ['a']],
  ['strings', ['a', 1], undefined],
  ['words', 'a b', 'a b'],
  ['words', ['a', 'b'], ['a', 'b']],
  ['words', 5, undefined],
  ['integer', -3, -3],
  ['integer', '3', undefined],
  ['integer', 1.5, undefined],
  ['integer', true, undefined],
  ['number', 1.5, 1.5],
  ['number', ' -.5 ', -0.5],
  ['number', '', undefined],
  ['number', '0x10', undefined],
  ['pid', 12, 12],
  ['pid', '12', 12],
  ['pid', 0, undefined],
  ['pid', '-12', undefined],
  ['signal', 'sigterm', 15],
  ['signal', '15', 15],
  ['signal', 0, 0],
  ['signal', 65, undefined],
  ['signal', 1.5, undefined],
  ['signal', null, undefined],
  ['boolean', false, false],
  ['boolean', 1, true],
  ['boolean', 'true', undefined],
  ['object', { a: 1 }, { a: 1 }],
  ['object', [1], undefined],
];

for (const [kind, sent, expected] of rows) {
  test(`${kind} ${JSON.stringify(sent)} is ${JSON.stringify(expected) ?? 'refused'}`, () => {
    const table = { it: { kind, required: true, doc: '' } };
    const check = () => checkProperties(table, { it: sent })['it'];
    if (expected === undefined) assert.throws(check, { code: 'invalid_message' });
    else assert.deepEqual(check(), expected);
  });
}

test('fills in defaults, resolves aliases, prefers the proper name, drops the unknown', () => {
  const table = {
    nb: { kind: 'integer', default: 1, doc: '' },
    signum: { kind: 'signal', aliases: ['signal'], doc: '' },
    pid: { kind: 'pid', doc: '' },
  } as const;
  assert.deepEqual(checkProperties(table, { signal: 'HUP', other: 1 }), { nb: 1, signum: 1 });
  assert.deepEqual(checkProperties(table, { signal: 1, signum: 2, nb: null }), {
    nb: 1,
    signum: 2,
  });
});

test('reports what is missing before what is wrong', () => {
  const table = {
    name: { kind: 'string', required: true, doc: '' },
    keys: { kind: 'strings', required: true, doc: '' },
  } as const;
  assert.throws(() => checkProperties(table, { name: 5 }), {
    message: "message invalid 'keys' is missing",
  });
});

test('properties that every object inherits are not taken for sent', () => {
  const table = { constructor: { kind: 'object', doc: '' } } as const;
  assert.deepEqual(Object.keys(checkProperties(table, {})), []);
});

test("truth is Python's", () => {
  for (const value of [true, 1, -1, 'False', [0], { a: null }]) assert.ok(isTruthy(value));
  for (const value of [undefined, null, false, 0, '', [], {}]) assert.ok(!isTruthy(value));
});
