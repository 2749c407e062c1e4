import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildEnvironment, createWatcherConfig, matchesPattern } from '#libs/config';
import { readText, writeFiles } from './read-text.ts';

const own = { HOME: '/root', PATH: '/bin', PYTHONPATH: '/py', GONE: undefined };

test('gives [env] to all and [env:PATTERNS] to the matching, in file order', (t) => {
  const { config } = readText(
    t,
    `[env:b*]
X = b*
ONLY = b
[env]
X = all
home = $HOME/x$NOTHING
PRICE = $5 $lower
[env:web, b?]
X = b?
Z = $X
[watcher:web]
cmd = x
[watcher:b1]
cmd = x
env = X=own, MINE=$HOME
[watcher:other]
cmd = x
`,
    own,
  );
  const common = { home: '/root/x', PRICE: '$5 $lower' };
  const envs = Object.fromEntries(config.watchers.map(({ name, env }) => [name, env]));
  assert.deepEqual(envs, {
    b1: { X: 'b?', ONLY: 'b', Z: '', MINE: '/root', ...common },
    other: { X: 'all', ...common },
    web: { X: 'b?', Z: '', ...common },
  });
});

test('puts env variables into options: own < [env] < [env:NAME]', (t) => {
  const { config } = readText(
    t,
    `[circus]
pidfile = $(circus.env.run)/c.pid
[env]
RUN = /run
A = all
[env:web]
A = web
B = $(circus.env.HOME)
[watcher:web]
cmd = $(circus.env.HOME) $(ENV.A) $(circus.wid) ((circus.env.NONE)) $(circus.env.B)
[socket:s]
path = $(circus.env.RUN)/$(circus.env.A)
`,
    { ...own, RUN: '/tmp' },
  );
  assert.equal(config.circus.pidfile, '/run/c.pid');
  const expected = '/root web $(circus.wid) ((circus.env.NONE)) $(circus.env.HOME)';
  assert.equal(config.watchers[0]?.options.cmd, expected);
  assert.equal(config.sockets[0]?.options.path, '/run/all');
});

test('matches shell patterns as a whole and with case', () => {
  const matches: [name: string, pattern: string, isMatch: boolean][] = [
    ['web', 'web', true],
    ['web', 'WEB', false],
    ['web1', 'web', false],
    ['web1', 'web?', true],
    ['web1', 'web[0-9]', true],
    ['web1', 'web[!0-9]', false],
    ['web-', 'web[a-]', true],
    ['web]', 'web[]]', true],
    ['web^', 'web[^x]', true],
    ['w.b', 'w.b', true],
    ['wxb', 'w.b', false],
    ['[x', '[x', true],
    ['a\nb', 'a*b', true],
    ['c', '[z-a]', false],
    ['', '*', true],
    ['a', '[a-\\]', false],
    ['\\', '[\\-a]', true],
    ['😀x', '?[x]', true],
    ['a/-', 'a/-', true],
    ['a'.repeat(5000), `${'*'.repeat(50)}b`, false],
  ];
  for (const [name, pattern, isMatch] of matches) {
    assert.equal(matchesPattern(name, pattern), isMatch, `${name} ${pattern}`);
  }
});

test('gives a process the configured environment alone, or on top of the copied one', () => {
  const env = { HOME: '/x' };
  assert.deepEqual(buildEnvironment(createWatcherConfig('w', 'x', '', {}), own), {});
  assert.deepEqual(buildEnvironment(createWatcherConfig('w', 'x', '', { env }), own), env);
  const copied = createWatcherConfig('w', 'x', '', { env, copy_env: true });
  assert.deepEqual(buildEnvironment(copied, own), { HOME: '/x', PATH: '/bin', PYTHONPATH: '/py' });
  assert.deepEqual(buildEnvironment({ ...copied, isEnvReplaced: true }, own), env);
});

test('gives the PYTHONPATH of circusd with copy_path', () => {
  const watcher = createWatcherConfig('w', 'x', '', { copy_env: true, copy_path: true });
  assert.equal(buildEnvironment({ ...watcher, isEnvReplaced: true }, own)['PYTHONPATH'], '/py');
});

test('enters a virtualenv', (t) => {
  const packages = 'lib/python3.11/site-packages';
  const folder = writeFiles(t, {
    [`${packages}/more/__init__.py`]: '',
    [`${packages}/x.pth`]: '# comment\nimport os\nmore\nmissing\n',
  });
  const options = { copy_env: true, virtualenv: folder };
  const expected = ['/py', join(folder, packages), join(folder, packages, 'more')].join(':');
  for (const more of [{}, { virtualenv_py_ver: '3.11' }]) {
    const env = buildEnvironment(createWatcherConfig('w', 'x', '', { ...options, ...more }), own);
    assert.equal(env['PATH'], `${folder}/bin:/bin`);
    assert.equal(env['PYTHONPATH'], expected);
  }
});
