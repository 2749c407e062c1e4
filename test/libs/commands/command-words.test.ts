import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOf } from '../../../libs/commands/command-words.ts';

const rows: readonly (readonly [readonly string[], string])[] = [
  [['gunicorn -w 2 app'], 'gunicorn -w 2 app'],
  [['sleep', '5'], 'sleep 5'],
  [['sh', '-c', "echo 'a b'"], "sh -c 'echo '\\''a b'\\'''"],
  [['x', '', '$(circus.sockets.web)'], "x '' $(circus.sockets.web)"],
];

for (const [words, expected] of rows) {
  test(`${JSON.stringify(words)} is the command ${expected}`, () => {
    assert.equal(commandOf(words), expected);
  });
}
