/** What the options of a watcher do to the lives of its processes. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRunning, makeFolder, readLines, startDaemon } from './daemon.ts';
import { until } from './until.ts';

/** Notes nanoseconds and a name in OUT/clock, then lives on. */
const timed = (name: string): string =>
  `cmd = /bin/sh -c 'echo "$(date +%%s%%N) ${name}" >> OUT/clock; exec sleep 600'`.replaceAll(
    '%%',
    '%',
  );

interface Tick {
  readonly ms: number;
  readonly name: string;
}

function readClock(folder: string): Tick[] {
  return readLines(folder, 'clock')
    .map((line) => {
      const [nanoseconds, name = ''] = line.split(' ');
      return { ms: Number(nanoseconds) / 1e6, name };
    })
    .sort((a, b) => a.ms - b.ms);
}

const awaitClock = (folder: string, count: number): Promise<Tick[]> =>
  until(
    'workers have told the time',
    () => readClock(folder),
    ({ length }) => length >= count,
  );

test('runs numprocesses processes with the lowest free wids', async (t) => {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\nnumprocesses = 4');
  await daemon.running('web', 4);
  const replay = await daemon.replay({ name: 'web' });
  const spawns = replay.filter(({ topic }) => topic === 'watcher.web.spawn');
  assert.deepEqual(
    spawns.map(({ wid }) => wid),
    [1, 2, 3, 4],
  );
  assert.deepEqual(
    spawns.map(({ process_pid }) => process_pid),
    await daemon.pids('web'),
  );
  const start = replay.at(-1);
  assert.equal(start?.['topic'], 'watcher.web.start');
});

test('a numprocesses of 0 ends in stopped, with a warning', async (t) => {
  const daemon = await startDaemon(t, '[watcher:none]\ncmd = sleep 600\nnumprocesses = 0', {
    listens: false,
  });
  await until(
    'stopped',
    () => daemon.status('none'),
    (status) => status === 'stopped',
  );
  assert.deepEqual(await daemon.pids('none'), []);
  await until(
    'a warning',
    () => daemon.log,
    (log) => /WARNING.*none/.test(log),
  );
});

test('waits warmup_delay of the watcher between its processes', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:slow]\n${timed('slow')}\nnumprocesses = 4\nwarmup_delay = 0.4`.replaceAll(
      'OUT',
      `${folder}/out`,
    ),
    { folder, listens: false },
  );
  assert.equal(await daemon.status('slow'), 'starting');
  const ticks = await awaitClock(folder, 4);
  const gaps = ticks.slice(1).map(({ ms }, index) => ms - (ticks[index]?.ms ?? 0));
  // A shell may take its time to tell it, but not 200 ms less than none.
  for (const gap of gaps) assert.ok(gap > 200, `gaps ${gaps}`);
  await daemon.running('slow', 4);
  const [last] = (await daemon.replay({ name: 'slow' })).slice(-1);
  const spawned = (await daemon.replay({ name: 'slow' })).at(-2);
  assert.equal(last?.['topic'], 'watcher.slow.start');
  // The delay is also waited for after the last one.
  assert.ok(Number(last?.['time']) - Number(spawned?.['time']) > 0.35);
});

test('starts watchers by priority, ties by name, warmup_delay of [circus] between', async (t) => {
  const folder = makeFolder(t);
  const section = (name: string, priority: number): string =>
    `[watcher:${name}]\n${timed(name)}\npriority = ${priority}\n`;
  const text = [
    section('zeta', 5),
    section('low', -3),
    section('alpha', 1),
    section('Beta', 1),
    section('middle', 1),
  ].join('');
  const daemon = await startDaemon(t, text.replaceAll('OUT', `${folder}/out`), {
    folder,
    circus: 'warmup_delay = 0.3',
    listens: false,
  });
  const ticks = await awaitClock(folder, 5);
  assert.deepEqual(
    ticks.map(({ name }) => name),
    ['zeta', 'alpha', 'Beta', 'middle', 'low'],
  );
  const gaps = ticks.slice(1).map(({ ms }, index) => ms - (ticks[index]?.ms ?? 0));
  for (const gap of gaps) assert.ok(gap > 150, `gaps ${gaps}`);
  await daemon.running('low', 1);
});

test('serves commands while watchers are still being started', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:a]\ncmd = sleep 600\npriority = 2\n[watcher:b]\ncmd = sleep 600`,
    { circus: 'warmup_delay = 60', listens: false },
  );
  assert.equal(await daemon.status('b'), 'stopped');
  await daemon.call('start', { name: 'b', waiting: true });
  await daemon.running('b', 1);
  await daemon.running('a', 1);
});

test('replaces a process that has ended, with its wid, and tells its exit code', async (t) => {
  const folder = makeFolder(t);
  const gate = join(folder, 'out', 'gate');
  const daemon = await startDaemon(
    t,
    `[watcher:mortal]
cmd = /bin/sh -c 'while [ ! -e ${gate}-$0 ]; do sleep 0.02; done; exit 42'
args = $(circus.wid)
numprocesses = 2
`,
    { folder },
  );
  const [first = 0, second = 0] = await daemon.running('mortal', 2);
  writeFileSync(`${gate}-2`, '');
  const reap = await daemon.awaitEvent('mortal', 'reap');
  // Otherwise the next one ends, too.
  const { rmSync } = await import('node:fs');
  rmSync(`${gate}-2`);
  assert.equal(reap.payload['process_pid'], second);
  assert.equal(reap.payload['exit_code'], 42);
  assert.equal(reap.payload['wid'], 2);
  const spawn = await daemon.awaitEvent('mortal', 'spawn');
  assert.equal(spawn.payload['wid'], 2);
  await until(
    'a replacement',
    () => daemon.pids('mortal'),
    (pids) => pids.length === 2 && !pids.includes(second),
  );
  assert.ok((await daemon.pids('mortal')).includes(first));
});

test('tells a death by a signal as its negative number', async (t) => {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600');
  for (const [signal, code] of [
    ['SIGKILL', -9],
    ['SIGSEGV', -11],
    ['SIGUSR1', -10],
  ] as const) {
    const from = daemon.events.length;
    const [pid = 0] = await daemon.running('web', 1);
    process.kill(pid, signal);
    const { payload } = await daemon.awaitEvent('web', 'reap', from);
    assert.equal(payload['exit_code'], code);
    await until(
      'a replacement',
      () => daemon.pids('web'),
      ([next]) => next !== undefined && next !== pid,
    );
  }
});

test('leaves a dead process dead with respawn = False, and stops the watcher', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:once]\ncmd = /bin/sh -c 'exit 3'\nrespawn = False\nnumprocesses = 2\nautostart = False`,
  );
  await daemon.call('start', { name: 'once' });
  await daemon.awaitEvent('once', 'stop');
  const names = daemon.names(0, 'once');
  assert.equal(names.filter((name) => name === 'spawn').length, 2);
  assert.equal(names.filter((name) => name === 'reap').length, 2);
  assert.equal(await daemon.status('once'), 'stopped');
  const from = daemon.events.length;
  await daemon.call('start', { name: 'once' });
  await daemon.awaitEvent('once', 'stop', from);
  assert.equal(daemon.names(from, 'once').filter((name) => name === 'spawn').length, 2);
});

test('starts a watcher with autostart = False only by its name', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:quiet]\ncmd = sleep 600\nautostart = False\n[watcher:other]\ncmd = sleep 600`,
    { listens: false },
  );
  await daemon.running('other', 1);
  assert.equal(await daemon.status('quiet'), 'stopped');
  await daemon.call('start', { waiting: true });
  await daemon.call('start', { name: '*', waiting: true });
  assert.equal(await daemon.status('quiet'), 'stopped');
  await daemon.call('start', { name: 'QUIET', waiting: true });
  await daemon.running('quiet', 1);
});

test('stops a watcher after max_retry failed spawns and leaves the others alone', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:broken]
cmd = /no/such/program
max_retry = 3
autostart = False
[watcher:nobodys]
cmd = sleep 600
working_dir = /no/such/folder
max_retry = 2
autostart = False
[watcher:quote]
cmd = sleep 'unbalanced
max_retry = 1
autostart = False
[watcher:good]
cmd = sleep 600
numprocesses = 2`,
  );
  const before = await daemon.running('good', 2);
  for (const [name, count] of [
    ['broken', 3],
    ['nobodys', 2],
    ['quote', 1],
  ] as const) {
    await daemon.call('start', { name });
    await daemon.awaitEvent(name, 'stop');
    const names = daemon.names(0, name);
    assert.deepEqual(names, [...Array<string>(count).fill('spawn_failed'), 'stop']);
    assert.equal(await daemon.status(name), 'stopped');
  }
  assert.match(daemon.log, /ERROR.*\/no\/such\/program/);
  assert.deepEqual(await daemon.pids('good'), before);
  await daemon.call('stop', { name: 'good', waiting: true });
});

test('a waiting start of a missing executable is told why it failed', async (t) => {
  const daemon = await startDaemon(
    t,
    '[watcher:broken]\ncmd = /no/such/program\nmax_retry = 2\nautostart = False',
    { listens: false },
  );
  const outcome = await daemon.ctl('start', 'broken', '--waiting');
  assert.equal(outcome.code, 3);
  assert.match(outcome.stderr, /\/no\/such\/program/);
  assert.equal((await daemon.ctl('start', 'broken')).code, 0);
});

test('tries for ever with max_retry = -1, slower and slower, and runs once it can', async (t) => {
  const folder = makeFolder(t);
  const program = join(folder, 'out', 'program');
  const daemon = await startDaemon(
    t,
    `[watcher:late]\ncmd = ${program}\nmax_retry = -1\nautostart = False\nbackoff_max = 0.3`,
    { folder },
  );
  await daemon.call('start', { name: 'late' });
  await until(
    'seven attempts',
    () => daemon.names(0, 'late').length,
    (count) => count >= 7,
  );
  writeFileSync(program, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  await daemon.awaitEvent('late', 'spawn');
  await daemon.running('late', 1);
});

test('replaces processes older than max_age, without a reap event', async (t) => {
  const daemon = await startDaemon(
    t,
    '[watcher:old]\ncmd = sleep 600\nmax_age = 1\nmax_age_variance = 0\nautostart = False',
  );
  await daemon.call('start', { name: 'old', waiting: true });
  const [first] = await daemon.pids('old');
  const expired = await daemon.awaitEvent('old', 'expired');
  assert.equal(expired.payload['process_pid'], first);
  await until(
    'a replacement',
    () => daemon.names(0, 'old'),
    (names) => names.filter((name) => name === 'spawn').length > 1,
  );
  assert.deepEqual(daemon.names(0, 'old').slice(0, 5), [
    'spawn',
    'start',
    'expired',
    'kill',
    'spawn',
  ]);
  const spawn = daemon.seen(0, 'old')[0];
  const age = Number(expired.payload['time']) - Number(spawn?.payload['time']);
  assert.ok(age >= 0.99, `expired after ${age} s`);
  await daemon.call('set', { name: 'old', options: { max_age: 0 }, waiting: true });
});

test('kills a process that ignores its stop signal after graceful_timeout', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:deaf]
cmd = /bin/sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.05; done'
graceful_timeout = 0.6
`,
  );
  const [pid = 0] = await daemon.running('deaf', 1);
  await until(
    'it ignores TERM',
    () => daemon.program.stdout,
    (out) => out.includes('deaf'),
  );
  const before = performance.now();
  await daemon.call('stop', { name: 'deaf', waiting: true });
  const took = performance.now() - before;
  assert.ok(took > 550, `stopped after ${took} ms`);
  assert.equal(isRunning(pid), false);
  const stop = await daemon.awaitEvent('deaf', 'stop');
  const reap = await daemon.awaitEvent('deaf', 'reap');
  assert.equal(reap.payload['exit_code'], -9);
  const kills = daemon.seen(0, 'deaf').filter(({ event }) => event === 'kill');
  assert.ok(kills.length >= 2);
  assert.deepEqual(
    [kills[0]?.payload['process_pid'], kills[1]?.payload['process_pid']],
    [pid, pid],
  );
  assert.equal(daemon.events.at(-1), stop);
});

test('kills at once with a graceful_timeout of 0', async (t) => {
  const daemon = await startDaemon(t, `[watcher:deaf]\ncmd = sleep 600\ngraceful_timeout = 0`);
  await daemon.running('deaf', 1);
  await daemon.call('stop', { name: 'deaf', waiting: true });
  assert.equal((await daemon.awaitEvent('deaf', 'reap')).payload['exit_code'], -9);
});

test('stops with the stop_signal', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:polite]
cmd = /bin/sh -c 'trap "echo quit >> ${folder}/out/got; exit 9" QUIT; trap "echo term >> ${folder}/out/got" TERM; echo up > ${folder}/out/up; while :; do sleep 0.02; done'
stop_signal = QUIT
`,
    { folder },
  );
  await daemon.running('polite', 1);
  await until('its traps are set', () => existsSync(join(folder, 'out', 'up')));
  await daemon.call('stop', { name: 'polite', waiting: true });
  assert.deepEqual(readLines(folder, 'got'), ['quit']);
  assert.equal((await daemon.awaitEvent('polite', 'reap')).payload['exit_code'], 9);
});

/** A parent that only notes TERM's number, with a child that notes it, too. */
const parentAndChild = (out: string): string =>
  `cmd = /bin/sh -c 'sh -c "trap \\"echo child >> ${out}/got; exit 0\\" TERM; echo up >> ${out}/up; while :; do sleep 0.02; done" & trap "echo parent >> ${out}/got; exit 0" TERM; echo up >> ${out}/up; while :; do sleep 0.02; done'`;

test('stop_children signals the children, too, and tells each', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:family]\n${parentAndChild(`${folder}/out`)}\nstop_children = True\n`,
    { folder },
  );
  await daemon.running('family', 1);
  await until('both are up', () => readLines(folder, 'up').length === 2);
  await daemon.call('stop', { name: 'family', waiting: true });
  assert.deepEqual(readLines(folder, 'got').sort(), ['child', 'parent']);
  await daemon.caughtUp();
  const kills = daemon.seen(0, 'family').filter(({ event }) => event === 'kill');
  assert.ok(kills.length >= 2, `kill events: ${kills.length}`);
});

test('a reload with send_hup sends HUP and keeps the processes', async (t) => {
  const folder = makeFolder(t);
  const out = join(folder, 'out');
  const daemon = await startDaemon(
    t,
    `[watcher:hup]
cmd = /bin/sh -c 'trap "echo hup >> ${out}/got" HUP; echo up >> ${out}/up; while :; do sleep 0.02; done'
send_hup = True
numprocesses = 2
`,
    { folder },
  );
  const pids = await daemon.running('hup', 2);
  await until('traps are set', () => readLines(folder, 'up').length === 2);
  const reply = await daemon.call('reload', { name: 'hup', waiting: true });
  assert.deepEqual(Object(reply['info'])['kept'], pids);
  await until('both got HUP', () => readLines(folder, 'got').length === 2);
  assert.deepEqual(await daemon.pids('hup'), pids);
  await daemon.caughtUp();
  assert.deepEqual(daemon.names(0, 'hup'), ['reload']);
});

test('backs off a crashing process: visible in reap events, reset starts it at once', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:crashing]
cmd = /bin/sh -c 'test -e ${folder}/out/well && exec sleep 600; exit 1'
autostart = False
backoff_initial = 0.1
backoff_factor = 4
backoff_max = 60
`,
    { folder },
  );
  await daemon.call('start', { name: 'crashing' });
  const reaps = await until(
    'five deaths',
    () => daemon.seen(0, 'crashing').filter(({ event }) => event === 'reap'),
    ({ length }) => length === 5,
  );
  const waits = reaps.map(({ payload }) => Number(payload['backoff']));
  assert.equal(waits[0], 0);
  for (const [index, wait] of waits.slice(1).entries()) {
    const plain = 0.1 * 4 ** index;
    assert.ok(wait >= plain * 0.9 && wait <= plain * 1.1, `waits ${waits}`);
  }
  const spawns = daemon.seen(0, 'crashing').filter(({ event }) => event === 'spawn');
  for (const [index, wait] of waits.slice(0, 4).entries()) {
    const pause =
      Number(spawns[index + 1]?.payload['time']) - Number(reaps[index]?.payload['time']);
    assert.ok(pause >= wait - 0.02, `pause ${pause} s, announced ${wait} s`);
  }
  assert.match(daemon.log, /crashing process \[pid \d+\] ended with exit code 1, replaced in \d/);
  appendFileSync(join(folder, 'out', 'well'), '');
  const from = daemon.events.length;
  await daemon.call('reset', { name: 'crashing', waiting: true });
  await daemon.running('crashing', 1);
  assert.deepEqual(daemon.names(from, 'crashing').slice(0, 1), ['spawn']);
});

test('a backed-off watcher tells its trouble in its status', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:crashing]\ncmd = /bin/sh -c 'exit 1'\nbackoff_initial = 30\n`,
    { listens: false },
  );
  const reply = await until(
    'trouble',
    () => daemon.call('status', { name: 'crashing' }),
    ({ trouble }) => typeof trouble === 'string',
    3_000,
  );
  assert.match(String(reply['trouble']), /wid 1: ended 2 times .* next attempt in/);
});

test('a singleton stays one process', async (t) => {
  const daemon = await startDaemon(t, '[watcher:one]\ncmd = sleep 600\nsingleton = True', {
    listens: false,
  });
  const pids = await daemon.running('one', 1);
  for (const command of ['incr', 'decr']) {
    const reply = await daemon.call(command, { name: 'one', nb: 1, waiting: true });
    assert.deepEqual([reply['numprocesses'], reply['singleton']], [1, true]);
  }
  assert.deepEqual(await daemon.pids('one'), pids);
  await assert.rejects(daemon.call('set', { name: 'one', options: { numprocesses: 2 } }));
  const printed = await daemon.ctl('incr', 'one');
  assert.equal(
    printed.stdout,
    'This watcher is a Singleton - not changing the number of processes\n',
  );
});
