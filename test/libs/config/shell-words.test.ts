import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { quoteWord, splitWords } from '#libs/config';

const cases: [line: string, words: string[]][] = [
  ['', []],
  ['  ', []],
  ['a  b\tc\nd', ['a', 'b', 'c', 'd']],
  [`'a b' "c d"`, ['a b', 'c d']],
  [`a'b'"c"d`, ['abcd']],
  [`'' ""`, ['', '']],
  [`'a\\n"'`, ['a\\n"']],
  [String.raw`a\ b \"x\'`, ['a b', `"x'`]],
  [String.raw`"a\"b\\c"`, ['a"b\\c']],
  [String.raw`"\.log\$"`, [String.raw`\.log\$`]],
  ['a \\\nb', ['a', 'b']],
  ['a # b *.c $HOME ;|', ['a', '#', 'b', '*.c', '$HOME', ';|']],
];

test('splits a line like a shell', () => {
  for (const [line, words] of cases) assert.deepEqual(splitWords(line), words, line);
});

test('says where a line is left open', () => {
  const open: [string, RegExp][] = [
    [`sh -c 'x`, /quote is never closed \(character 7, "'x"\)/],
    [`a "b\\"`, /quote is never closed \(character 3/],
    ['a\\', /backslash has nothing after it \(character 2/],
  ];
  for (const [line, message] of open) {
    assert.throws(() => splitWords(line), { code: 'invalid_message', message });
  }
});

test('reads back whatever it quotes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
      assert.deepEqual(splitWords(words.map(quoteWord).join(' ')), words);
    }),
  );
});

test('quotes so that a shell reads it back', () => {
  const words = ['', 'a b', `it's`, '$HOME', '`x`', '"', '\\', '*', '!', '~', 'x\ny', '-n'];
  const { stdout } = spawnSync('/bin/sh', [
    '-c',
    `printf '%s\\0' ${words.map(quoteWord).join(' ')}`,
  ]);
  assert.deepEqual(stdout.toString().split('\0').slice(0, -1), words);
});
