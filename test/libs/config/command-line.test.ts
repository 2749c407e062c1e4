import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildWorkerCommand, createWatcherConfig } from '#libs/config';
import type { Json } from '#libs/protocol';

function build(cmd: string, args: Json, options: Record<string, Json> = {}) {
  const watcher = createWatcherConfig('w', cmd, args, options);
  return buildWorkerCommand(watcher, { wid: 2, env: { SUGAR: 'two lumps' }, sockets: { web: 3 } });
}

test('splits cmd and args, and appends a list as it is', () => {
  assert.deepEqual(build('x "a b"', '-c $(circus.wid)'), {
    file: 'x',
    argv: ['x', 'a b', '-c', '2'],
  });
  assert.deepEqual(build('x', ['a b', '$(circus.sockets.web)']), {
    file: 'x',
    argv: ['x', 'a b', '3'],
  });
});

test('replaces variables before it splits', () => {
  assert.deepEqual(build('x $(circus.env.sugar)', '').argv, ['x', 'two', 'lumps']);
  assert.deepEqual(build('x "$(circus.env.sugar)"', '').argv, ['x', 'two lumps']);
});

test('knows the options of the watcher', () => {
  const { argv } = build('x $(circus.numprocesses) $(circus.use_fds)', '', { numprocesses: 4 });
  assert.deepEqual(argv, ['x', '4', 'False']);
});

test('executes the executable under the name of cmd', () => {
  assert.deepEqual(build('web 1', '', { executable: '/bin/node' }), {
    file: '/bin/node',
    argv: ['web', '1'],
  });
});

test('passes a line to the shell as it is written', () => {
  const line = build('echo "$HOME" | cat; exit', '> $(circus.wid)', { shell: true });
  assert.deepEqual(line, {
    file: '/bin/sh',
    argv: ['/bin/sh', '-c', 'echo "$HOME" | cat; exit > 2'],
  });
  const list = build('echo', ["it's", 'x'], { shell: true, shell_args: 'zero "o n e"' });
  assert.deepEqual(list.argv, ['/bin/sh', '-c', `echo 'it'"'"'s' x`, 'zero', 'o n e']);
});

test('refuses what cannot be run', () => {
  assert.throws(() => build('', ''), /cmd is empty/);
  assert.throws(() => build(' ', '', { shell: true }), /cmd is empty/);
  assert.throws(() => build("x 'y", ''), /quote is never closed/);
});
