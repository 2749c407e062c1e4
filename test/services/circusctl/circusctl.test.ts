/** The built circusctl against a scripted daemon (manual 5.4.2, protocol 9). */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { catalog } from '#libs/commands';
import { type Answer, ScriptedDaemon } from '../../libs/client/scripted-daemon.ts';
import { circusctl, startCircusctl } from './run-circusctl.ts';

const nobody = 'ipc:///tmp/circusctl-nobody-is-there';

/** Answers every command with what the original would. */
const answer: Answer = ({ id, command, properties }) => {
  const ok = { status: 'ok', time: 1.5, id };
  if (properties['name'] === 'ghost') {
    return { status: 'error', time: 1.5, reason: 'program ghost not found', errno: 3, id };
  }
  if (command === 'list') return { ...ok, watchers: ['a', 'b'] };
  if (command === 'incr') return { ...ok, numprocesses: 2 };
  if (command === 'globaloptions' && properties['option'] !== undefined) {
    return { ...ok, status: 'error', reason: "'zork' not an existing option", errno: 3 };
  }
  return ok;
};

async function daemonFor(t: TestContext, script: Answer = answer) {
  const daemon = await ScriptedDaemon.start(script);
  t.after(() => daemon.stop());
  return { daemon, env: { CIRCUSCTL_ENDPOINT: daemon.endpoint } };
}

test('prints the answer and exits 0', async (t) => {
  const { env } = await daemonFor(t);
  assert.deepEqual(await circusctl(['list'], env), { code: 0, stdout: 'a,b\n', stderr: '' });
  assert.equal((await circusctl(['incr', 'web'], env)).stdout, '2\n');
  assert.equal((await circusctl(['start'], env)).stdout, 'ok\n');
});

test('--endpoint wins over CIRCUSCTL_ENDPOINT', async (t) => {
  const { daemon } = await daemonFor(t);
  const { code } = await circusctl(['list', '--endpoint', daemon.endpoint], {
    CIRCUSCTL_ENDPOINT: nobody,
  });
  assert.equal(code, 0);
});

test('a refusal goes to standard error and exits 3', async (t) => {
  const { env } = await daemonFor(t);
  for (const command of ['status', 'list', 'incr', 'stop']) {
    const { code, stdout, stderr } = await circusctl([command, 'ghost'], env);
    assert.deepEqual([code, stdout], [3, '']);
    assert.equal(stderr, 'error: program ghost not found\n');
  }
  const zork = await circusctl(['globaloptions', 'zork'], env);
  assert.deepEqual([zork.code, zork.stderr], [3, "'zork' not an existing option\n"]);
});

test('knows descr, as the manual prints it, and help as a word', async (t) => {
  const { daemon, env } = await daemonFor(t);
  assert.equal((await circusctl(['descr', 'web', '2'], env)).code, 0);
  const { command, properties } = daemon.requests.at(-1) ?? {};
  assert.deepEqual([command, properties], ['decr', { name: 'web', nb: 2, waiting: false }]);
  for (const words of [['help', 'incr'], ['help']]) {
    const help = await circusctl(words);
    assert.deepEqual(help, await circusctl(['--help', ...words.slice(1)]));
    assert.match(help.stdout, /^usage: circusctl /);
  }
  assert.equal((await circusctl(['help', 'nope'])).code, 2);
});

test('--json prints the reply on one line and exits 0 even for a refusal', async (t) => {
  const { env } = await daemonFor(t);
  const list = await circusctl(['list', '--json'], env);
  assert.deepEqual(JSON.parse(list.stdout).watchers, ['a', 'b']);
  assert.equal(list.stdout.trimEnd().split('\n').length, 1);
  const ghost = await circusctl(['--json', 'status', 'ghost'], env);
  assert.deepEqual([ghost.code, ghost.stderr], [0, '']);
  assert.equal(JSON.parse(ghost.stdout).reason, 'program ghost not found');
});

test('--prettify indents and sorts, without colours in a pipe', async (t) => {
  const { env } = await daemonFor(t);
  const { stdout } = await circusctl(['list', '--json', '--prettify'], env);
  assert.match(
    stdout,
    /^\{\n {2}"id": ".*",\n {2}"status": "ok",\n {2}"time": 1.5,\n {2}"watchers": \[\n/,
  );
});

/** What is typed, and the properties that reach the daemon. */
const lines: readonly (readonly [string, readonly string[], Record<string, unknown>])[] = [
  ['list', ['list'], {}],
  ['incr', ['incr', 'web', '-1'], { name: 'web', nb: -1, waiting: false }],
  ['stop', ['--match', 'simple', 'stop', 'a*'], { name: 'a*', match: 'simple', waiting: false }],
  [
    'kill',
    ['kill', '--signum=INT', 'web', '--timeout', '4', '12'],
    { name: 'web', pid: 12, signum: 'INT', waiting: false },
  ],
  [
    'kill',
    ['kill', 'web', '--graceful_timeout', '2'],
    { name: 'web', graceful_timeout: 2, waiting: false },
  ],
  [
    'set',
    ['set', 'web', 'max_retry', '-1'],
    { name: 'web', options: { max_retry: -1 }, waiting: false },
  ],
  [
    'set',
    ['set', '--', 'web', 'args', '-x'],
    { name: 'web', options: { args: '-x' }, waiting: false },
  ],
  [
    'signal',
    ['signal', 'web', '--children', 'HUP'],
    { name: 'web', signum: 'HUP', children: true, recursive: false },
  ],
  [
    'add',
    ['add', '--start', 'w', 'sleep', '-n', '5', '--json'],
    { name: 'w', cmd: 'sleep -n 5 --json', start: true, waiting: false },
  ],
  [
    'add',
    ['add', 'w', '--start', 'sleep', '5'],
    { name: 'w', cmd: 'sleep 5', start: true, waiting: false },
  ],
  [
    'add',
    ['add', 'w', 'sleep', '-n', '5', '--start'],
    { name: 'w', cmd: 'sleep -n 5', start: true, waiting: false },
  ],
  [
    'add',
    ['add', '--timeout', '4', 'w', '--', 'sleep', '--start'],
    { name: 'w', cmd: 'sleep --start', start: false, waiting: false },
  ],
  ['rm', ['rm', '--nostop', 'web'], { name: 'web', nostop: true, waiting: false }],
];

for (const [command, words, properties] of lines) {
  test(`circusctl ${words.join(' ')} sends its properties`, async (t) => {
    const { daemon, env } = await daemonFor(t);
    const { code, stderr } = await circusctl(words, env);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(daemon.requests[0]?.command, command);
    assert.deepEqual(daemon.requests[0]?.properties, properties);
  });
}

test('no daemon: Timed out, what may be the cause, exit 1', async () => {
  const { code, stdout, stderr } = await circusctl(['list', '--timeout', '0.1'], {
    CIRCUSCTL_ENDPOINT: nobody,
  });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^Timed out\.\n\n/);
  for (const part of [nobody, '--endpoint', '--timeout', '--waiting', '0.1 seconds']) {
    assert.ok(stderr.includes(part), part);
  }
});

test('--waiting outlasts the usual time-out while the daemon answers', async (t) => {
  const { daemon, env } = await daemonFor(t, ({ id, command, properties }, send) => {
    const reply = JSON.stringify({ status: 'ok', id });
    if (properties['waiting'] !== true) return reply;
    delay(5400)
      .then(() => send(reply))
      .catch(assert.fail);
    return command === 'stop' ? undefined : reply;
  });
  const { code, stdout } = await circusctl(['stop', 'web', '--waiting'], env);
  assert.deepEqual([code, stdout], [0, 'ok\n']);
  const probes = daemon.requests.filter(({ command }) => command === 'numwatchers');
  assert.ok(probes.length >= 3, `${probes.length} probes`);
});

test('--waiting with --timeout waits no longer than that', async (t) => {
  const { env } = await daemonFor(t, () => undefined);
  const { code, stderr } = await circusctl(['stop', '--waiting', '--timeout', '0.2'], env);
  assert.equal(code, 1);
  assert.match(stderr, /^Timed out\./);
});

test('a wrong number of words: stderr with the usage, exit 1, nothing sent', async (t) => {
  const { daemon, env } = await daemonFor(t);
  for (const words of [
    ['incr'],
    ['list', 'a', 'b'],
    ['set', 'web', 'cmd'],
    ['signal', 'web'],
    ['add', 'web'],
    ['set', 'w', 'a', 'b', 'c'],
  ]) {
    const { code, stdout, stderr } = await circusctl(words, env);
    assert.deepEqual([code, stdout], [1, ''], words.join(' '));
    assert.match(stderr, new RegExp(`^Invalid number of arguments\nusage: circusctl ${words[0]}`));
  }
  assert.deepEqual(daemon.requests, []);
});

/** What is typed, exit code, and what standard error says. */
const mistakes: readonly (readonly [readonly string[], number, RegExp])[] = [
  [['statsu'], 2, /^error: unknown command 'statsu'\n\(Did you mean one of stats, status\?\)/],
  [['LIST'], 2, /unknown command 'LIST'/],
  [['list', '--jsno'], 2, /unknown option '--jsno'\n\(Did you mean --json\?\)/],
  [['list', '--waiting'], 2, /unknown option '--waiting'/],
  [['--frob'], 2, /unknown option '--frob'/],
  [['--help', 'nope'], 2, /unknown command 'nope'/],
  [['list', '--timeout'], 1, /'--timeout <seconds>' argument missing/],
  [['list', '--timeout', 'soon'], 1, /--timeout should be a number of seconds above 0, not 'soon'/],
  [['list', '--timeout', '-1'], 1, /not '-1'/],
  [['list', '--endpoint', 'foo'], 1, /cannot connect to 'foo'.*tcp:\/\/<host>:<port>/],
  [['incr', 'web', 'many'], 1, /^nb should be an integer, not 'many'\nusage: circusctl incr/],
  [['kill', 'web', 'x'], 1, /^pid should be a process id, not 'x'/],
  [
    ['set', 'web', 'numprocesses', 'many'],
    1,
    /^numprocesses: "many" is not a whole number such as 3\nusage: circusctl set/,
  ],
];

for (const [words, expectedCode, pattern] of mistakes) {
  test(`circusctl ${words.join(' ')} exits ${expectedCode} without a stack`, async () => {
    const { code, stdout, stderr } = await circusctl(words, { CIRCUSCTL_ENDPOINT: nobody });
    assert.deepEqual([code, stdout], [expectedCode, ''], stderr);
    assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /\n +at /);
  });
}

test('help: the screen lists all commands sorted, then the options', async () => {
  for (const words of [['--help'], []]) {
    const { code, stdout } = await circusctl(words);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^usage: circusctl \[options\] command \[args\]\n\nControls a Circus daemon\n\nCommands:\n/,
    );
    const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name);
    assert.deepEqual(
      names,
      catalog.map(({ name }) => name),
    );
    assert.match(stdout, / {2}--endpoint <address> /);
  }
});

test('help: --help CMD and CMD --help are the page of the command', async () => {
  const pages = await Promise.all([circusctl(['--help', 'incr']), circusctl(['incr', '--help'])]);
  for (const { code, stdout } of pages) {
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^usage: circusctl incr <name> \[nb\] \[--waiting\] \[--wait\[=state\]\]\n/,
    );
    assert.match(stdout, /\nExamples:\n {2}circusctl incr web\n/);
  }
});

test('--version is circusctl and a version', async () => {
  const { code, stdout } = await circusctl(['--version']);
  assert.equal(code, 0);
  assert.match(stdout, /^circusctl \d+\.\d+\.\d+\n$/);
});

test('Ctrl-C while it waits exits 1, quietly', async (t) => {
  const { daemon, env } = await daemonFor(t, () => undefined);
  const running = startCircusctl(['list'], env);
  await daemon.received(({ command }) => command === 'list');
  running.process.kill('SIGINT');
  assert.deepEqual(await running.ended, { code: 1, stdout: '', stderr: '' });
});
