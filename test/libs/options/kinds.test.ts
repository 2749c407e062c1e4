import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boolean,
  choice,
  commandArguments,
  integer,
  number,
  type OptionKind,
  octal,
  pairs,
  seconds,
  signal,
  string,
  user,
  words,
} from '#libs/options';
import { CircusError, type Json } from '#libs/protocol';

interface KindCase {
  kind: OptionKind<Json>;
  /** Text, value, console print. */
  right: [text: string, value: Json, printed: string][];
  wrongText: string[];
  /** Wire value, and what it is normalised to. */
  wire: [sent: Json, value: Json][];
  wrongWire: [sent: Json, reason: string][];
}

const cases: Record<string, KindCase> = {
  string: {
    kind: string,
    right: [
      ['', '', ''],
      ['a b', 'a b', 'a b'],
    ],
    wrongText: [],
    wire: [['x', 'x']],
    wrongWire: [
      [1, "'k' isn't a string"],
      [null, "'k' isn't a string"],
    ],
  },
  integer: {
    kind: integer,
    right: [
      ['3', 3, '3'],
      ['-1', -1, '-1'],
      ['+7', 7, '7'],
    ],
    wrongText: ['', '1.0', '0x1', 'one', '1e3', '99999999999999999999', '1 2'],
    wire: [[4, 4]],
    wrongWire: [
      [1.5, "'k' isn't an integer"],
      ['1', "'k' isn't an integer"],
      [true, "'k' isn't an integer"],
    ],
  },
  number: {
    kind: number,
    right: [
      ['3', 3, '3'],
      ['0.5', 0.5, '0.5'],
      ['.5', 0.5, '0.5'],
      ['1e3', 1000, '1000'],
    ],
    wrongText: ['', 'inf', 'NaN', '1e999', '1,5', '5s'],
    wire: [[0.5, 0.5]],
    wrongWire: [
      ['0.5', "'k' isn't a number"],
      [null, "'k' isn't a number"],
    ],
  },
  seconds: {
    kind: seconds,
    right: [['30', 30, '30']],
    wrongText: ['30s'],
    wire: [[0, 0]],
    wrongWire: [['1', "'k' isn't a number"]],
  },
  boolean: {
    kind: boolean,
    right: [
      ...['yes', 'true', 'on', '1', 'True', 'ON'].map((text): [string, Json, string] => [
        text,
        true,
        'True',
      ]),
      ...['no', 'false', 'off', '0', 'False'].map((text): [string, Json, string] => [
        text,
        false,
        'False',
      ]),
    ],
    wrongText: ['', 'y', '2', 'constructor'],
    wire: [[true, true]],
    wrongWire: [
      [1, "'k' isn't a valid boolean"],
      ['yes', "'k' isn't a valid boolean"],
    ],
  },
  signal: {
    kind: signal,
    right: [
      ['TERM', 15, '15'],
      ['9', 9, '9'],
    ],
    wrongText: ['', 'NOPE'],
    wire: [
      [2, 2],
      ['sigint', 2],
    ],
    wrongWire: [[true, "'k' isn't an integer"]],
  },
  octal: {
    kind: octal,
    right: [
      ['022', 0o22, '0022'],
      ['0o77', 0o77, '0077'],
      ['7', 7, '0007'],
    ],
    wrongText: ['', '8', '-1', '1.0'],
    wire: [
      [18, 18],
      ['022', 18],
    ],
    wrongWire: [
      ['9', "'k' isn't an octal number"],
      [1.5, "'k' isn't an octal number"],
    ],
  },
  words: {
    kind: words,
    right: [['a  b\nc', ['a', 'b', 'c'], 'a b c']],
    wrongText: [],
    wire: [
      [
        ['a', 'b c'],
        ['a', 'b c'],
      ],
      ['a b', ['a', 'b']],
    ],
    wrongWire: [
      [1, "'k' isn't a string or list of strings"],
      [[1], "'k' isn't a string"],
    ],
  },
  commandArguments: {
    kind: commandArguments,
    right: [['-u "a b"', '-u "a b"', '-u "a b"']],
    wrongText: [],
    wire: [
      ['-u x', '-u x'],
      [
        ['-u', 'x'],
        ['-u', 'x'],
      ],
    ],
    wrongWire: [
      [null, "'k' isn't a string or list of strings"],
      [[null], "'k' isn't a string"],
    ],
  },
  user: {
    kind: user,
    right: [
      ['www-data', 'www-data', 'www-data'],
      ['33', 33, '33'],
    ],
    wrongText: [''],
    wire: [
      [33, 33],
      ['33', 33],
      ['root', 'root'],
    ],
    wrongWire: [
      [1.5, "'k' isn't an integer or string"],
      [-1, "'k' isn't an integer or string"],
      [[], "'k' isn't an integer or string"],
    ],
  },
  pairs: {
    kind: pairs,
    right: [
      ['B=2, A=1', { A: '1', B: '2' }, 'A=1,B=2'],
      ['X=a=b', { X: 'a=b' }, 'X=a=b'],
      ['', {}, ''],
    ],
    wrongText: ['A', '=1', 'A=1,2'],
    wire: [[{ A: '1' }, { A: '1' }]],
    wrongWire: [
      ['A=1', "'k' isn't a valid object"],
      [[], "'k' isn't a valid object"],
      [{ A: 1 }, "'A' isn't a string"],
    ],
  },
  choice: {
    kind: choice('thread', 'gevent'),
    right: [['Thread', 'thread', 'thread']],
    wrongText: ['', 'x'],
    wire: [['GEVENT', 'gevent']],
    wrongWire: [[1, "'k' isn't one of thread, gevent"]],
  },
};

for (const [name, { kind, right, wrongText, wire, wrongWire }] of Object.entries(cases)) {
  test(`${name}: reads, prints and checks its values`, () => {
    for (const [text, value, printed] of right) {
      assert.deepEqual(kind.parse(text), value);
      assert.equal(kind.print(value), printed);
    }
    for (const [sent, value] of wire) assert.deepEqual(kind.check(sent, 'k'), value);
  });

  test(`${name}: refuses other text and other wire values`, () => {
    for (const text of wrongText) assert.equal(isReadable(kind, text), false, text);
    for (const [sent, message] of wrongWire) {
      assert.throws(() => kind.check(sent, 'k'), { code: 'invalid_message', message });
    }
  });
}

function isReadable(kind: OptionKind<Json>, text: string): boolean {
  try {
    return kind.parse(text) !== undefined;
  } catch (error) {
    assert.ok(error instanceof CircusError);
    return false;
  }
}
