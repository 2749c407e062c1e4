import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasMatchingLine } from '../../../libs/arbiter/line-pattern.ts';

const rows: [string, string, boolean][] = [
  ['ready\n', 'ready', true],
  ['not Ready\n', 'ready', false],
  ['one\nlistening on 80\nthree\n', 'listening', true],
  ['Listening at: http://x:8000 (1)\n', 'Listening at*:8000', true],
  ['Listening at\n:8000\n', 'Listening at*:8000', false],
  ['b then a\na then b\n', 'a*b', true],
  ['b then a\n', 'a*b', false],
  ['ab', 'a*b', true],
  ['aba', 'aba*a', false],
  ['öffnet für 80', 'ö*ü*8', true],
  ['anything\n', '*', true],
  ['', 'x', false],
];

for (const [text, pattern, wanted] of rows) {
  test(`${JSON.stringify(text)} has ${wanted ? 'a' : 'no'} line with ${pattern}`, () => {
    assert.equal(hasMatchingLine(Buffer.from(text), pattern), wanted);
  });
}
