import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '#libs/protocol';
import { parseOptionWord } from '../../../libs/commands/option-words.ts';

const rows: readonly (readonly [string, string, Json])[] = [
  ['numprocesses', '4', 4],
  ['max_retry', '-1', -1],
  ['graceful_timeout', '1.5', 1.5],
  ['shell', 'True', true],
  ['singleton', 'off', false],
  ['stop_signal', 'SIGINT', 2],
  ['uid', '33', 33],
  ['uid', 'www-data', 'www-data'],
  ['cmd', 'sleep 5', 'sleep 5'],
  ['env', 'A=1,B=x=y', { A: '1', B: 'x=y' }],
  ['env', '', {}],
  [
    'hooks',
    'before_start:m.f,true,after_stop:m.g',
    { before_start: 'm.f,true', after_stop: 'm.g' },
  ],
  ['rlimit_nofile', '4096', 4096],
  ['stdout_stream.max_bytes', '100', 100],
  ['stdout_stream.filename', '100', '100'],
  ['flapping.window', '3', '3'],
];

for (const [name, text, expected] of rows) {
  test(`${name} ${text} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(parseOptionWord(name, text), expected);
  });
}

for (const [name, text] of [
  ['numprocesses', 'many'],
  ['graceful_timeout', ''],
  ['shell', 'perhaps'],
  ['stop_signal', 'NOPE'],
  ['env', 'A'],
] as const) {
  test(`${name} '${text}' is refused with the option and the value`, () => {
    const message = new RegExp(`^${name}: .*["']${text}["']`);
    assert.throws(() => parseOptionWord(name, text), { name: 'UsageError', message });
  });
}
