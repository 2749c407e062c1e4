/** Every command that changes something, driven over the wire and by circusctl. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Daemon, isRunning, makeFolder, readLines, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const web = '[watcher:web]\ncmd = sleep 600\nnumprocesses = 2\n';

/** The pid of every event of that name. */
function pidsOf(daemon: Daemon, watcher: string, name: string, from = 0): unknown[] {
  return daemon
    .seen(from, watcher)
    .filter(({ event }) => event === name)
    .map(({ payload }) => payload['process_pid']);
}

test('restart: kill, reap, stop, spawn, start, and the reply tells who is who', async (t) => {
  const daemon = await startDaemon(t, web);
  const before = await daemon.running('web', 2);
  const reply = await daemon.call('restart', { name: 'web', waiting: true });
  const after = await daemon.pids('web');
  assert.deepEqual(reply['info'], { stopped: before, started: after, kept: [] });
  await daemon.caughtUp();
  assert.deepEqual(daemon.names(0, 'web'), [
    'kill',
    'kill',
    'reap',
    'reap',
    'stop',
    'spawn',
    'spawn',
    'start',
  ]);
  assert.deepEqual(pidsOf(daemon, 'web', 'spawn'), after);
  assert.deepEqual(pidsOf(daemon, 'web', 'reap').sort(), [...before].sort());
  const codes = daemon.seen(0, 'web').filter(({ event }) => event === 'reap');
  assert.deepEqual(
    codes.map(({ payload }) => payload['exit_code']),
    [-15, -15],
  );
  for (const pid of before) assert.equal(isRunning(pid), false);
});

test('stop and start: events in order, info in the replies, wids used again', async (t) => {
  const daemon = await startDaemon(t, web);
  const before = await daemon.running('web', 2);
  const stopped = await daemon.call('stop', { name: 'web', waiting: true });
  assert.equal(stopped['info'], null);
  assert.equal(await daemon.status('web'), 'stopped');
  assert.deepEqual(before.filter(isRunning), []);
  const from = daemon.events.length;
  assert.equal('info' in (await daemon.call('stop', { name: 'web', waiting: true })), true);
  const started = await daemon.call('start', { name: 'web', waiting: true });
  const after = await daemon.pids('web');
  assert.deepEqual(started['info'], { started: after, kept: [] });
  const again = await daemon.call('start', { name: 'web', waiting: true });
  assert.deepEqual(again['info'], { started: [], kept: after });
  await daemon.caughtUp();
  // Stopping what is stopped and starting what is started are no events.
  assert.deepEqual(daemon.names(from, 'web'), ['spawn', 'spawn', 'start']);
  assert.deepEqual(
    daemon
      .seen(from, 'web')
      .filter(({ event }) => event === 'spawn')
      .map(({ payload }) => payload['wid']),
    [1, 2],
  );
});

test('a graceful reload starts new processes before it stops the old, without reaps', async (t) => {
  const daemon = await startDaemon(t, web);
  const before = await daemon.running('web', 2);
  const reply = await daemon.call('reload', { name: 'web', waiting: true });
  const after = await daemon.pids('web');
  assert.deepEqual(reply['info'], { stopped: before, started: after, kept: [] });
  await daemon.caughtUp();
  const names = daemon.names(0, 'web').filter((name) => name !== 'reload_started');
  assert.deepEqual(names, ['spawn', 'spawn', 'kill', 'kill', 'reload']);
  assert.deepEqual(pidsOf(daemon, 'web', 'kill'), before);
});

test('a sequential reload replaces one process after another', async (t) => {
  const daemon = await startDaemon(t, web);
  const before = await daemon.running('web', 2);
  const outcome = await daemon.ctl('reload', 'web', '--sequential', '--waiting');
  assert.equal(outcome.code, 0, outcome.stderr);
  await daemon.caughtUp();
  const names = daemon.names(0, 'web').filter((name) => name !== 'reload_started');
  assert.deepEqual(names, ['kill', 'reap', 'spawn', 'kill', 'reap', 'spawn', 'reload']);
  assert.deepEqual(pidsOf(daemon, 'web', 'kill'), before);
  assert.equal(
    (await daemon.pids('web')).some((pid) => before.includes(pid)),
    false,
  );
});

test('reload --terminate is a restart; a reload of a stopped watcher starts it', async (t) => {
  const daemon = await startDaemon(t, web);
  await daemon.running('web', 2);
  assert.equal((await daemon.ctl('reload', 'web', '--terminate', '--waiting')).code, 0);
  await daemon.caughtUp();
  assert.deepEqual(daemon.names(0, 'web').slice(-4), ['stop', 'spawn', 'spawn', 'start']);
  assert.equal(daemon.names(0, 'web').includes('reload'), false);
  await daemon.call('stop', { name: 'web', waiting: true });
  await daemon.call('reload', { name: 'web', waiting: true });
  await daemon.running('web', 2);
});

test('reload of everything replaces all processes', async (t) => {
  const daemon = await startDaemon(t, `${web}[watcher:other]\ncmd = sleep 600\npriority = 3`);
  const before = [...(await daemon.running('web', 2)), ...(await daemon.running('other', 1))];
  assert.equal((await daemon.ctl('reload', '--waiting')).code, 0);
  const after = [...(await daemon.pids('web')), ...(await daemon.pids('other'))];
  assert.equal(after.length, 3);
  assert.equal(
    after.some((pid) => before.includes(pid)),
    false,
  );
  await daemon.caughtUp();
  const reloads = daemon.events.filter(({ event }) => event === 'reload');
  assert.deepEqual(
    reloads.map(({ watcher }) => watcher),
    ['other', 'web'],
  );
});

test('an unnamed restart reads the configuration again and keeps the pid of circusd', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(t, web, { folder });
  const before = await daemon.running('web', 2);
  const { readFileSync, writeFileSync } = await import('node:fs');
  const file = join(folder, 'circus.ini');
  const text = readFileSync(file, 'utf8').replace('numprocesses = 2', 'numprocesses = 1');
  writeFileSync(file, `${text}\n[watcher:added]\ncmd = sleep 600\n`);
  await daemon.call('restart', { waiting: true });
  const [pid = 0] = await daemon.running('web', 1);
  assert.equal(before.includes(pid), false);
  await daemon.running('added', 1);
  assert.equal(daemon.program.isRunning, true);
  const [kept] = await daemon.pids('web');
  writeFileSync(file, text.replace('numprocesses = 1', 'numprocesses = many'));
  const outcome = await daemon.ctl('restart', '--waiting');
  assert.equal(outcome.code, 3);
  assert.match(outcome.stderr, /circus\.ini:\d+.*many/);
  // A configuration that cannot be read stops nothing.
  assert.deepEqual(await daemon.running('web', 1), [kept]);
});

test('kill ends one process or all, with the signal asked for, and they are replaced', async (t) => {
  const daemon = await startDaemon(t, web);
  const [first = 0, second = 0] = await daemon.running('web', 2);
  const one = await daemon.ctl('kill', 'web', String(first), '--signum', 'INT', '--waiting');
  assert.equal(one.code, 0, one.stderr);
  assert.equal(isRunning(first), false);
  assert.equal(isRunning(second), true);
  const reap = await daemon.awaitEvent('web', 'reap');
  assert.deepEqual([reap.payload['process_pid'], reap.payload['exit_code']], [first, -2]);
  const pids = await daemon.running('web', 2);
  const from = daemon.events.length;
  await daemon.call('kill', { name: 'web', waiting: true });
  assert.deepEqual(pids.filter(isRunning), []);
  await daemon.caughtUp();
  assert.deepEqual(pidsOf(daemon, 'web', 'kill', from).sort(), [...pids].sort());
  assert.equal(pidsOf(daemon, 'web', 'reap', from).length, 2);
  await daemon.running('web', 2);
  // A pid that it does not have is ignored; a watcher that there is not is no.
  await daemon.call('kill', { name: 'web', pid: daemon.pid, waiting: true });
  assert.equal((await daemon.ctl('kill', 'nope')).code, 3);
});

test('kill takes a graceful_timeout as text and kills after it', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:deaf]\ncmd = /bin/sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.05; done'\ngraceful_timeout = 0.2`,
  );
  const [pid = 0] = await daemon.running('deaf', 1);
  await until('it ignores TERM', () => daemon.program.stdout.includes('deaf'));
  await daemon.call('set', { name: 'deaf', options: { graceful_timeout: 60 } });
  const outcome = await daemon.ctl('kill', 'deaf', '--graceful_timeout', '0.3', '--waiting');
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.equal(isRunning(pid), false);
  assert.equal((await daemon.awaitEvent('deaf', 'reap')).payload['exit_code'], -9);
  await daemon.call('set', { name: 'deaf', options: { graceful_timeout: 0 } });
});

test('incr and decr change the count, oldest first, and tell the new one', async (t) => {
  const daemon = await startDaemon(t, web);
  const [first = 0, second = 0] = await daemon.running('web', 2);
  assert.equal((await daemon.ctl('incr', 'web', '2', '--waiting')).stdout, '4\n');
  const four = await daemon.pids('web');
  assert.equal(four.length, 4);
  assert.deepEqual(four.slice(0, 2), [first, second]);
  assert.equal((await daemon.ctl('decr', 'web')).stdout, '3\n');
  await daemon.running('web', 3);
  assert.equal(isRunning(first), false, 'the oldest goes first');
  assert.equal((await daemon.ctl('decr', 'web', '10', '--waiting')).stdout, '0\n');
  assert.deepEqual(await daemon.pids('web'), []);
  await daemon.caughtUp();
  // A lowered count is no flapping.
  assert.deepEqual(pidsOf(daemon, 'web', 'reap'), []);
  assert.equal(pidsOf(daemon, 'web', 'kill').length, 4);
  assert.equal((await daemon.ctl('incr', 'web', '1', '--waiting')).stdout, '1\n');
  await daemon.running('web', 1);
  await daemon.call('stop', { name: 'web', waiting: true });
  assert.equal((await daemon.call('incr', { name: 'web', waiting: true }))['numprocesses'], 2);
  assert.deepEqual(await daemon.pids('web'), []);
  assert.equal(await daemon.status('web'), 'stopped');
});

test('add makes a watcher, rm ends and forgets it', async (t) => {
  const daemon = await startDaemon(t, web);
  assert.equal((await daemon.ctl('add', 'Tmp', 'sleep', '600')).code, 0);
  assert.equal(await daemon.status('tmp'), 'stopped');
  assert.equal((await daemon.ctl('add', 'tmp', 'sleep')).code, 3);
  assert.equal((await daemon.ctl('add', '--start', 'tmp2', 'sleep', '600')).code, 0);
  await daemon.running('tmp2', 1);
  const reply = await daemon.call('add', {
    name: 'tmp3',
    cmd: 'sleep',
    args: ['600'],
    start: true,
    waiting: true,
    options: { numprocesses: 2, rlimit_nofile: 33 },
  });
  const pids = await daemon.pids('tmp3');
  assert.deepEqual([reply['started'], reply['kept']], [pids, []]);
  assert.equal((await daemon.ctl('list')).stdout, 'tmp,tmp2,tmp3,web\n');
  await daemon.call('rm', { name: 'TMP3', waiting: true });
  assert.deepEqual(pids.filter(isRunning), []);
  await daemon.caughtUp();
  assert.deepEqual(daemon.names(0, 'tmp3'), [
    'add',
    'spawn',
    'spawn',
    'start',
    'remove',
    'kill',
    'kill',
    'reap',
    'reap',
    'stop',
  ]);
  const gone = await daemon.ctl('status', 'tmp3');
  assert.deepEqual(
    [gone.code, gone.stderr],
    [3, 'error: program tmp3 not found\n(Did you mean tmp?)\n'],
  );
});

test('rm --nostop leaves the processes alone, even when circusd ends', async (t) => {
  const daemon = await startDaemon(t, web);
  const pids = await daemon.running('web', 2);
  assert.equal((await daemon.ctl('rm', 'web', '--nostop', '--waiting')).code, 0);
  assert.equal((await daemon.ctl('list')).stdout, '\n');
  assert.deepEqual(pids.filter(isRunning), pids);
  try {
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
    assert.deepEqual(pids.filter(isRunning), pids);
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  }
});

test('set changes options at once or by a reload, one updated event for each', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = /bin/sh -c 'echo $0 $A >> ${folder}/out/seen; exec sleep 600'
args = one
my.option = 1
`,
    { folder },
  );
  const [first = 0] = await daemon.running('web', 1);
  // What changes the processes themselves replaces them.
  assert.equal((await daemon.ctl('set', 'web', 'args', 'two', 'env', 'A=B', '--waiting')).code, 0);
  const [second = 0] = await daemon.pids('web');
  assert.notEqual(second, first);
  await until(
    'seen',
    () => readLines(folder, 'seen'),
    (lines) => lines.at(-1) === 'two B',
  );
  await daemon.caughtUp();
  assert.deepEqual(
    daemon.names(0, 'web').filter((name) => name !== 'reload_started'),
    ['updated', 'updated', 'spawn', 'kill', 'reload'],
  );
  // What does not leaves them.
  const from = daemon.events.length;
  const quiet = {
    graceful_timeout: 1.5,
    stop_signal: 'INT',
    max_retry: 2,
    respawn: false,
    send_hup: true,
    stop_children: true,
    warmup_delay: 0.1,
    rlimit_nofile: 44,
    flapping_attempts: 3,
    close_child_stdout: true,
    'my.option': 'changed',
  };
  await daemon.call('set', { name: 'web', options: quiet, waiting: true });
  assert.deepEqual(await daemon.pids('web'), [second]);
  await daemon.caughtUp();
  assert.deepEqual(daemon.names(from, 'web'), Array<string>(11).fill('updated'));
  const { options } = await daemon.call('options', { name: 'web' });
  assert.equal(Object(options)['stop_signal'], 2);
  assert.equal(Object(options)['my.option'], 'changed');
  const printed = await daemon.ctl('get', 'web', 'graceful_timeout', 'respawn', 'env');
  assert.equal(printed.stdout, 'graceful_timeout: 1.5\nrespawn: False\nenv: A=B\n');
  await daemon.call('set', { name: 'web', options: { respawn: true, send_hup: false } });
  await daemon.call('set', { name: 'web', options: { numprocesses: 3 }, waiting: true });
  assert.equal((await daemon.pids('web')).length, 3);
});

test('set applies rlimits at the next spawn and keeps a stopped watcher stopped', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = /bin/sh -c 'ulimit -n > ${folder}/out/limit; exec sleep 600'
autostart = False
`,
    { folder },
  );
  await daemon.call('set', {
    name: 'web',
    options: { rlimit_nofile: 66, cmd: 'false' },
    waiting: true,
  });
  assert.equal(await daemon.status('web'), 'stopped');
  const cmd = `/bin/sh -c 'ulimit -n > ${folder}/out/limit; exec sleep 600'`;
  await daemon.call('set', { name: 'web', options: { cmd }, waiting: true });
  await daemon.call('start', { name: 'web', waiting: true });
  await until(
    'limit',
    () => readLines(folder, 'limit')[0],
    (limit) => limit === '66',
  );
});

test('a wrong option or value changes nothing and is told exactly', async (t) => {
  const daemon = await startDaemon(t, web);
  await daemon.running('web', 2);
  for (const [options, reason] of [
    [{ zork: 1 }, "unknown key 'zork'"],
    [{ numprocesses: 'x' }, "'numprocesses' isn't an integer"],
    [{ warmup_delay: 'x' }, "'warmup_delay' isn't a number"],
    [{ shell: 'x' }, "'shell' isn't a valid boolean"],
    [{ uid: [] }, "'uid' isn't an integer or string"],
    [{ env: 'A=1' }, "'env' isn't a valid object"],
    [{ env: { A: 1 } }, "'A' isn't a string"],
    ['x', "'options' property should be an object"],
    [{ graceful_timeout: 1, zork: 1 }, "unknown key 'zork'"],
  ] as const) {
    await assert.rejects(daemon.call('set', { name: 'web', options }), { message: reason });
  }
  const { options } = await daemon.call('get', { name: 'web', keys: ['graceful_timeout'] });
  assert.deepEqual(options, { graceful_timeout: 30 });
  await daemon.caughtUp();
  assert.deepEqual(daemon.names(0, 'web'), []);
});

test('a uid that does not exist stops that watcher alone, with the reason', async (t) => {
  const daemon = await startDaemon(t, `${web}[watcher:other]\ncmd = sleep 600\nmax_retry = 2`);
  const [, ...others] = await daemon.running('web', 2);
  await daemon.running('other', 1);
  await daemon.call('stop', { name: 'other', waiting: true });
  await daemon
    .call('set', { name: 'other', options: { uid: 'nobody-of-that-name' } })
    .catch(() => undefined);
  const { options } = await daemon.call('get', { name: 'other', keys: ['uid'] });
  if (Object(options)['uid'] === null) return;
  await assert.rejects(
    daemon.call('start', { name: 'other', waiting: true }),
    /nobody-of-that-name/,
  );
  assert.equal(await daemon.status('other'), 'stopped');
  assert.deepEqual((await daemon.pids('web')).slice(1), others);
});

test('patterns choose watchers: glob, simple, regex', async (t) => {
  const text = ['web-1', 'web-2', 'db'].map((name) => `[watcher:${name}]\ncmd = sleep 600\n`);
  const daemon = await startDaemon(t, text.join(''), { listens: false });
  for (const name of ['web-1', 'web-2', 'db']) await daemon.running(name, 1);
  assert.equal((await daemon.ctl('stop', 'WEB-*', '--waiting')).code, 0);
  assert.equal((await daemon.ctl('status')).stdout, 'db: active\nweb-1: stopped\nweb-2: stopped\n');
  assert.equal((await daemon.ctl('start', 'web-[12]$', '--match', 'regex', '--waiting')).code, 0);
  assert.equal((await daemon.ctl('status')).stdout, 'db: active\nweb-1: active\nweb-2: active\n');
  const none = await daemon.ctl('stop', 'web-*', '--match', 'simple');
  assert.deepEqual([none.code, none.stderr], [3, 'error: program web-* not found\n']);
});

test('numprocesses, numwatchers, globaloptions, version', async (t) => {
  const daemon = await startDaemon(t, `${web}[watcher:other]\ncmd = sleep 600`, { listens: false });
  await daemon.running('web', 2);
  await daemon.running('other', 1);
  assert.equal((await daemon.ctl('numprocesses')).stdout, '3\n');
  assert.equal((await daemon.ctl('numprocesses', 'web')).stdout, '2\n');
  assert.equal((await daemon.ctl('numwatchers')).stdout, '2\n');
  const { options } = await daemon.call('globaloptions');
  assert.equal(Object(options)['endpoint'], daemon.endpoint);
  assert.equal(Object(options)['check_delay'], 0.5);
  const list = await daemon.ctl('list', 'web');
  assert.equal(list.stdout, `${(await daemon.pids('web')).join(',')}\n`);
});

test('quit answers, ends every process and exits with 0', async (t) => {
  const daemon = await startDaemon(t, web);
  const pids = await daemon.running('web', 2);
  assert.equal((await daemon.ctl('quit')).stdout, 'ok\n');
  assert.deepEqual(await daemon.program.ended, { code: 0, signal: null });
  assert.deepEqual(pids.filter(isRunning), []);
  assert.deepEqual(daemon.names(0, 'web'), ['kill', 'kill', 'reap', 'reap', 'stop']);
});

test('a waiting quit is answered, and the socket files are gone afterwards', async (t) => {
  const daemon = await startDaemon(t, web);
  await daemon.running('web', 2);
  const reply = await daemon.call('quit', { waiting: true });
  assert.equal(reply['status'], 'ok');
  assert.deepEqual(await daemon.program.ended, { code: 0, signal: null });
  const files = ['control', 'events'].filter((name) => existsSync(join(daemon.folder, name)));
  assert.deepEqual(files, []);
});
