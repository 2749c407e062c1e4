/** Hooks: commands and functions that are asked at the turns of a watcher's life (protocol 6.3). */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import { type Daemon, outFiles, readLines, startDaemon } from './daemon.ts';
import { until } from './until.ts';

/** A hook that notes what it was told, and ends as it is told to. */
function note(code = 0): string {
  return `exec:sh -c 'echo "$CIRCUS_HOOK_NAME $CIRCUS_HOOK_WATCHER pid=$CIRCUS_HOOK_PID signum=$CIRCUS_HOOK_SIGNUM exit=$CIRCUS_HOOK_EXIT_CODE" >> out/hooks; exit ${code}'`;
}

const lifecycle = [
  ...['before_start', 'after_start', 'before_stop', 'after_stop', 'before_spawn', 'after_spawn'],
  ...['before_signal', 'after_signal', 'before_reap', 'after_reap'],
];

/** What hooks have noted, without pids. */
function noted(daemon: Daemon): string[] {
  return readLines(daemon.folder, 'hooks').map((line) => line.replace(/pid=\d+/, 'pid=P'));
}

test('all ten are asked in turn, and are told what they are asked about', async (t) => {
  const hooks = lifecycle.map((name) => `hooks.${name} = ${note()}\n`).join('');
  const daemon = await startDaemon(
    t,
    `[watcher:Web]\ncmd = sleep 600\nautostart = False\n${hooks}`,
  );
  const from = daemon.events.length;
  await daemon.call('start', { name: 'web', waiting: true });
  await daemon.call('stop', { name: 'web', waiting: true });
  await until(
    'all were asked',
    () => noted(daemon),
    ({ length }) => length === 10,
  );
  const lines = noted(daemon);
  assert.deepEqual(lines.slice(0, 5), [
    'before_start Web pid= signum= exit=',
    'before_spawn Web pid= signum= exit=',
    'after_spawn Web pid=P signum= exit=',
    'after_start Web pid= signum= exit=',
    'before_stop Web pid= signum= exit=',
  ]);
  assert.deepEqual(lines.slice(5).sort(), [
    'after_reap Web pid=P signum= exit=-15',
    'after_signal Web pid=P signum=15 exit=',
    'after_stop Web pid= signum= exit=',
    'before_reap Web pid=P signum= exit=',
    'before_signal Web pid=P signum=15 exit=',
  ]);
  assert.equal(lines[5], 'before_signal Web pid=P signum=15 exit=');
  await until(
    'all have told',
    () => daemon.names(from, 'web').filter((name) => name === 'hook_success'),
    ({ length }) => length === 10,
  );
});

for (const [hook, what, status] of [
  ['before_start', 'stays stopped', 'stopped'],
  ['after_start', 'is stopped', 'stopped'],
  ['before_spawn', 'is stopped', 'stopped'],
  ['after_spawn', 'is stopped', 'stopped'],
] as const) {
  test(`a watcher whose ${hook} refuses or fails ${what}, unless its errors are ignored`, async (t) => {
    const watcher = (name: string, value: string): string =>
      `[watcher:${name}]\ncmd = sleep 600\nautostart = False\nhooks.${hook} = ${value}\n`;
    const daemon = await startDaemon(
      t,
      `${watcher('refusing', 'exec:false')}${watcher('failing', 'exec:sh -c "echo no disk >&2; exit 7"')}${watcher('ignoring', 'exec:sh -c "exit 7", True')}${watcher('lost', 'exec:/no/such/program')}`,
    );
    const from = daemon.events.length;
    for (const name of ['refusing', 'failing', 'lost']) {
      await daemon.call('start', { name });
      await daemon.awaitEvent(name, 'stop', from);
      assert.equal(await daemon.status(name), status);
    }
    await daemon.call('start', { name: 'ignoring' });
    await daemon.running('ignoring', 1);
    const outcome = (name: string): [string, unknown][] =>
      daemon
        .seen(from, name)
        .filter(({ event }) => /^hook/.test(event))
        .map(({ event, payload }) => [event, payload['error']]);
    assert.deepEqual(outcome('refusing'), [['hook_success', undefined]]);
    assert.deepEqual(outcome('failing'), [['hook_failure', 'exit code 7: no disk']]);
    assert.deepEqual(outcome('ignoring'), [['hook_failure', 'exit code 7']]);
    assert.match(String(outcome('lost')[0]), /^hook_failure,.*\/no\/such\/program/);
    assert.match(daemon.log, new RegExp(`${hook} of failing has failed: exit code 7: no disk`));
  });
}

test('before_signal can keep a signal back, but not SIGKILL', async (t) => {
  const daemon = await startDaemon(
    t,
    '[watcher:web]\ncmd = sleep 600\ngraceful_timeout = 0.3\nhooks.before_signal = exec:false\n',
  );
  const [pid] = await daemon.running('web', 1);
  const from = daemon.events.length;
  await daemon.call('stop', { name: 'web', waiting: true });
  await daemon.caughtUp();
  const reap = daemon.seen(from, 'web').find(({ event }) => event === 'reap');
  assert.deepEqual([reap?.payload['process_pid'], reap?.payload['exit_code']], [pid, -9]);
});

test('a hook that loops for ever is killed with all that it has started, and holds up nobody else', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:stuck]\ncmd = sleep 600\nautostart = False\nhook_timeout = 0.5\nhooks.before_start = exec:sh -c "sleep 599 & while :; do :; done"\n[watcher:web]\ncmd = sleep 600\n`,
  );
  await daemon.call('start', { name: 'stuck' });
  await daemon.call('restart', { name: 'web', waiting: true });
  const failure = await daemon.awaitEvent('stuck', 'hook_failure');
  assert.equal(failure.payload['error'], 'it was killed after 0.5 s (hook_timeout)');
  await until(
    'it is stopped',
    () => daemon.status('stuck'),
    (status) => status === 'stopped',
  );
  // That nothing is left is looked at after every test.
});

test('a function in a file is called outside circusd, with what it needs to ask circusd', async (t) => {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\nautostart = False\n');
  const file = join(daemon.folder, 'hooks.mjs');
  writeFileSync(
    file,
    `import { writeFileSync } from 'node:fs';
     export async function before_start({ watcher, hook_name, call }) {
       const { watchers } = await call('list');
       writeFileSync('out/function', JSON.stringify({ watcher, hook_name, watchers, ppid: process.ppid }));
     }
     export const refuse = () => false;
     export function fail() { throw new Error('not today'); }`,
  );
  const hooks = { before_start: `${file}#before_start` };
  await daemon.call('set', { name: 'web', options: { hooks } });
  await daemon.call('start', { name: 'web', waiting: true });
  assert.deepEqual(JSON.parse(readLines(daemon.folder, 'function')[0] ?? ''), {
    watcher: 'web',
    hook_name: 'before_start',
    watchers: ['web'],
    ppid: daemon.pid,
  });
  await daemon.call('stop', { name: 'web', waiting: true });
  for (const [name, event, error] of [
    ['refuse', 'hook_success', undefined],
    ['fail', 'hook_failure', 'exit code 2: not today'],
    [
      'nope',
      'hook_failure',
      `exit code 2: ${file} exports no function 'nope', but before_start, fail, refuse`,
    ],
  ] as const) {
    const from = daemon.events.length;
    await daemon.call('set', { name: 'web', options: { 'hooks.before_start': `${file}#${name}` } });
    await daemon.call('start', { name: 'web' });
    const told = await daemon.awaitEvent('web', event, from);
    assert.equal(told.payload['error'], error);
    await until(
      'it is stopped',
      () => daemon.status('web'),
      (status) => status === 'stopped',
    );
  }
});

test('circusd waits for after_stop at its end, and a second signal does not', async (t) => {
  const watcher = (seconds: number): string =>
    `[watcher:web]\ncmd = sleep 600\nhooks.after_stop = exec:sh -c "sleep ${seconds}; touch out/after"\n`;
  const patient = await startDaemon(t, watcher(0.5));
  await patient.running('web', 1);
  await patient.stop();
  assert.deepEqual(outFiles(patient.folder), ['after']);
  const hurried = await startDaemon(t, watcher(20));
  await hurried.running('web', 1);
  hurried.program.kill('SIGTERM');
  await hurried.awaitEvent('web', 'stop');
  await hurried.stop('SIGTERM', 5_000);
  assert.deepEqual(outFiles(hurried.folder), []);
});

test('a callable of Python is told at the start, and fails when it is asked', async (t) => {
  const daemon = await startDaemon(
    t,
    '[watcher:web]\ncmd = sleep 600\nhooks.before_start = hooks.check, true\n',
  );
  await daemon.running('web', 1);
  assert.match(
    daemon.log,
    /hooks\.before_start = hooks\.check, true: is a callable of Python, so the hook will fail: write exec:command, or \.\/file\.js#function/,
  );
  assert.match(
    daemon.log,
    /before_start of web has failed: hooks\.check, true is none that can be run/,
  );
});

test('extended_stats adds to the figures of a process', async (t) => {
  const command = `exec:sh -c 'echo "{\\"queue\\": 7, \\"of\\": $CIRCUS_HOOK_PID}"'`;
  const daemon = await startDaemon(
    t,
    `[watcher:web]\ncmd = sleep 600\nhooks.extended_stats = ${command}\n[watcher:bad]\ncmd = sleep 600\nhooks.extended_stats = exec:sh -c "echo no; exit 3"\n`,
  );
  const [pid = 0] = await daemon.running('web', 1);
  const infoOf = async (properties: JsonObject): Promise<Json> =>
    (await daemon.call('stats', { name: 'web', ...properties }))['info'] ?? null;
  const one = await infoOf({ process: pid, extended: true });
  assert.ok(isJsonObject(one));
  assert.deepEqual([one['queue'], one['of'], one['cmdline']], [7, pid, 'sleep']);
  const all = await infoOf({ extended: true });
  assert.ok(isJsonObject(all) && isJsonObject(all[pid]));
  assert.equal(all[pid]['queue'], 7);
  const plain = await infoOf({ process: pid });
  assert.ok(isJsonObject(plain) && !('queue' in plain));
  await daemon.running('bad', 1);
  const asked = daemon.call('stats', { name: 'bad', extended: true });
  await assert.rejects(asked, /extended_stats of bad: exit code 3/);
});
