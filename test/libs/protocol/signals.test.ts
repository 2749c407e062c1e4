import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSignal } from '#libs/protocol';

const rows: readonly (readonly [string | number, number | undefined])[] = [
  [15, 15],
  ['15', 15],
  ['TERM', 15],
  ['sigterm', 15],
  [' Hup ', 1],
  ['SIGRTMIN', 34],
  ['RTMIN+2', 36],
  ['SIGRTMAX-1', 63],
  [0, 0],
  [64, 64],
  [65, undefined],
  [-1, undefined],
  [1.5, undefined],
  ['TERM+1', undefined],
  ['SIGRTMIN+31', undefined],
  ['', undefined],
  ['SIG', undefined],
  ['constructor', undefined],
];

for (const [signal, expected] of rows) {
  test(`${JSON.stringify(signal)} is ${expected ?? 'no signal'}`, () => {
    assert.equal(parseSignal(signal), expected);
  });
}
