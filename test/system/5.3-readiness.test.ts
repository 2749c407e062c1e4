/** When a process counts: it says so, or circusd asks it (design: readiness). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync as writeText } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Daemon, findFreePort, fixture, makeFolder, python, startDaemon } from './daemon.ts';
import { until } from './until.ts';

/** A watcher `web` of ready_worker.py with these words and options; started by the test. */
async function prepare(t: TestContext, words: string, options: string): Promise<Daemon> {
  const folder = makeFolder(t);
  const cmd = `${python} ${fixture(folder, 'ready_worker.py')} ${words}`;
  return await startDaemon(
    t,
    `[watcher:web]\ncmd = ${cmd}\nautostart = False\ngraceful_timeout = 1\n${options}`,
    { folder },
  );
}

async function start(daemon: Daemon): Promise<number> {
  const begin = performance.now();
  await daemon.call('start', { name: 'web', waiting: true });
  return performance.now() - begin;
}

/** What `status` tells of the only watcher, once it is right. */
async function trouble(daemon: Daemon, wanted: RegExp): Promise<void> {
  await until(
    `trouble ${wanted}`,
    async () => String((await daemon.call('status', { name: 'web' }))['trouble']),
    (text) => wanted.test(text),
  );
}

for (const kind of ['fd', 'notify']) {
  test(`${kind}: start waits until the process has said so`, async (t) => {
    const daemon = await prepare(t, `--after 0.4 --say ${kind}`, `readiness = ${kind}`);
    assert.ok((await start(daemon)) >= 400);
    const { status, ready } = await daemon.call('status', { name: 'web' });
    assert.deepEqual([status, ready], ['active', '1/1']);
    await daemon.caughtUp();
    assert.deepEqual(daemon.names(0, 'web'), ['spawn', 'ready', 'start']);
    const grown = performance.now();
    await daemon.call('incr', { name: 'web', waiting: true });
    assert.ok(performance.now() - grown >= 400, 'incr waits too');
  });

  test(`${kind}: a process that never says so is stopped and tried again`, async (t) => {
    const options = `readiness = ${kind}\nreadiness_timeout = 0.4`;
    const daemon = await prepare(t, '', options);
    await daemon.call('start', { name: 'web' });
    const { payload } = await daemon.awaitEvent('web', 'reap');
    assert.match(String(payload['reason']), /^not ready within 0.4 s/);
    assert.equal(await daemon.status('web'), 'starting');
    await trouble(daemon, /did not get ready within 0.4 s/);
    await daemon.call('stop', { name: 'web', waiting: true });
  });
}

test('fd: a process that closes it without a word is told apart from one that is slow', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = sh -c 'eval "exec $READINESS_FD>&-"; exec sleep 100'
readiness = fd
readiness_timeout = 0.5`,
  );
  await trouble(daemon, /READINESS_FD was closed without a line/);
});

test('fd: a process has one number beside its sockets, or the one that was chosen', async (t) => {
  const cmd = `sh -c 'echo >&$READINESS_FD; exec sleep 100'`;
  const daemon = await startDaemon(
    t,
    `[watcher:free]
cmd = ${cmd}
readiness = fd
use_sockets = True
[watcher:chosen]
cmd = ${cmd}
readiness = fd
readiness_target = 9
[watcher:taken]
cmd = ${cmd}
readiness = fd
readiness_target = 3
use_sockets = True
max_retry = 1
[socket:a]
port = 0
[socket:b]
port = 0`,
  );
  for (const [name, number] of [
    ['free', '5'],
    ['chosen', '9'],
  ] as const) {
    const [pid] = await daemon.running(name, 1);
    assert.match(
      readFileSync(`/proc/${pid}/environ`, 'utf8'),
      new RegExp(`READINESS_FD=${number}\0`),
    );
  }
  const { trouble: why } = await daemon.call('status', { name: 'taken' });
  assert.match(String(why), /two descriptors are to have the same number/);
});

test('notify: STATUS is shown, MAINPID is refused, other things are passed over', async (t) => {
  const daemon = await prepare(t, '--say MAINPID=1 --status warming', 'readiness = notify');
  await daemon.call('start', { name: 'web' });
  await until(
    'its words',
    async () => Object.values((await daemon.call('status', { name: 'web' }))['messages'] ?? {}),
    ([text]) => text === 'warming',
  );
  await until('a warning', () => /not taken from NOTIFY_SOCKET: MAINPID=1/.test(daemon.log));
  assert.equal(await daemon.status('web'), 'starting');
});

test('notify: what a stranger sends is refused', async (t) => {
  const daemon = await prepare(t, '', 'readiness = notify');
  await daemon.call('start', { name: 'web' });
  const [pid] = await until(
    'it lives',
    () => daemon.pids('web'),
    ([first]) => first !== undefined,
  );
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
  const [, name] = /NOTIFY_SOCKET=@([^\0]+)/.exec(environment) ?? [];
  const stranger = daemon.launch([
    python,
    '-c',
    `import socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect('\\0${name}')
s.send(b'READY=1')
time.sleep(100)`,
  ]);
  await until('a warning', () => daemon.log.includes(`a message of pid ${stranger.pid}`));
  assert.equal(await daemon.status('web'), 'starting');
  assert.equal((await daemon.call('status', { name: 'web' }))['ready'], '0/1');
});

test('notify: a flood of garbage delays nobody, and what comes after it counts', async (t) => {
  const daemon = await prepare(t, '--flood 1000 --say notify', 'readiness = notify');
  const started = start(daemon);
  const delays: number[] = [];
  for (let isOver = false; !isOver; ) {
    const begin = performance.now();
    await daemon.call('numwatchers');
    delays.push(performance.now() - begin);
    isOver = (await daemon.status('web')) === 'active';
  }
  await started;
  delays.sort((a, b) => a - b);
  const p99 = delays[Math.floor(delays.length * 0.99)] ?? 0;
  t.diagnostic(`${delays.length} requests meanwhile, p99 ${p99.toFixed(1)} ms`);
  assert.ok(p99 < 250, `p99 ${p99} ms`);
});

for (const kind of ['tcp', 'http'] as const) {
  test(`${kind}: circusd asks until somebody answers`, async (t) => {
    const port = await findFreePort();
    const target = kind === 'tcp' ? `${port}` : `http://127.0.0.1:${port}/health`;
    const options = `readiness = ${kind}\nreadiness_target = ${target}\nreadiness_interval = 0.05`;
    const daemon = await prepare(t, `--after 0.4 --listen ${port} --answer slow`, options);
    assert.ok((await start(daemon)) >= 400);
  });
}

for (const [answer, wanted] of [
  ['error', /http.*|status 500/],
  ['hang', /http: no answer yet/],
] as const) {
  test(`http: a server that answers with ${answer} is not ready`, async (t) => {
    const port = await findFreePort();
    const options = `readiness = http
readiness_target = http://127.0.0.1:${port}/
readiness_timeout = 1
readiness_interval = 0.05`;
    const daemon = await prepare(t, `--listen ${port} --answer ${answer}`, options);
    await daemon.call('start', { name: 'web' });
    await trouble(daemon, wanted);
    assert.equal((await daemon.call('status', { name: 'web' }))['ready'], '0/1');
  });
}

test('http: an answer without end is read no further than it must be', async (t) => {
  const port = await findFreePort();
  const options = `readiness = http\nreadiness_target = http://127.0.0.1:${port}/`;
  const daemon = await prepare(t, `--listen ${port} --answer flood`, options);
  await start(daemon);
});

test('exec: exit code 0 is ready; the command knows the process and its variables', async (t) => {
  const folder = makeFolder(t);
  const flag = join(folder, 'out', 'flag');
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = sh -c 'sleep 0.3; echo $$ > ${flag}; exec sleep 100'
readiness = exec
readiness_target = sh -c 'test "$(cat ${flag})" = $CIRCUS_PID -a $(circus.wid) = $CIRCUS_WID'
readiness_interval = 0.05`,
    { folder },
  );
  const [pid] = await daemon.running('web', 1);
  assert.equal(readFileSync(flag, 'utf8').trim(), String(pid));
});

for (const [what, command, wanted] of [
  ['fails', "sh -c 'echo not yet >&2; exit 3'", /exit code 3: not yet/],
  ['hangs', 'sleep 1000', /exec: no answer yet/],
  ['floods', 'yes', /exec: no answer yet/],
  ['forks', "sh -c 'sleep 1000 & sleep 1000 & exit 4'", /exit code 4/],
  ['is not there', '/nonexistent/probe', /executable "\/nonexistent\/probe": No such file/],
] as const) {
  test(`exec: a command that ${what} is told, and leaves nothing`, async (t) => {
    const daemon = await startDaemon(
      t,
      `[watcher:web]
cmd = sleep 100
readiness = exec
readiness_target = ${command}
readiness_timeout = 0.5
[watcher:other]
cmd = sleep 100`,
    );
    await daemon.running('other', 1);
    await trouble(daemon, wanted);
  });
}

test('log: a line of its output tells, wherever the output goes', async (t) => {
  const folder = makeFolder(t);
  const say = (line: string): string => `sh -c 'sleep 0.3; echo "${line}"; exec sleep 100'`;
  const daemon = await startDaemon(
    t,
    `[watcher:plain]
cmd = ${say('Listening at port 80')}
readiness = log
readiness_target = Listening at *80
[watcher:filed]
cmd = ${say('is up')}
readiness = log
readiness_target = is up
stdout_stream.class = FileStream
stdout_stream.filename = ${folder}/out/filed
[watcher:mute]
cmd = ${say('is upset')}
readiness = log
readiness_target = is up and well
readiness_timeout = 0.6
stdout_stream.class = FileStream
stdout_stream.filename = ${folder}/out/mute`,
    { folder },
  );
  await daemon.running('plain', 1);
  await daemon.running('filed', 1);
  assert.equal(readFileSync(join(folder, 'out', 'filed'), 'utf8'), 'is up\n');
  await until('passed on', () => /Listening at port 80/.test(daemon.program.stdout));
  const { payload } = await daemon.awaitEvent('mute', 'reap');
  assert.match(String(payload['reason']), /not ready within 0.6 s/);
});

test('log: a flood that matches nothing delays nobody', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:loud]
autostart = False
cmd = yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab
readiness = log
readiness_target = a*a*a*a*a*a*a*c
readiness_timeout = 1
stdout_stream.class = FileStream
stdout_stream.filename = /dev/null`,
  );
  await daemon.call('start', { name: 'loud' });
  const delays: number[] = [];
  while (!daemon.names(0, 'loud').includes('reap')) {
    const begin = performance.now();
    await daemon.call('numwatchers');
    delays.push(performance.now() - begin);
  }
  delays.sort((a, b) => a - b);
  const median = delays[Math.floor(delays.length / 2)] ?? 0;
  t.diagnostic(`${delays.length} requests meanwhile, median ${median.toFixed(1)} ms`);
  assert.ok(median < 250, `median ${median} ms`);
});

test('faults of readiness are told before anything starts', (t) => {
  const folder = makeFolder(t);
  const text = (options: string): string => `[watcher:web]\ncmd = sleep 1\n${options}\n`;
  const check = (options: string): string => {
    const path = join(folder, 'circus.ini');
    writeText(path, text(options));
    const { stderr } = spawnSync(process.execPath, ['bin/circusd.js', '--check', path]);
    return stderr.toString();
  };
  assert.match(check('readiness = tcp'), /readiness = tcp: tcp needs readiness_target: HOST:PORT/);
  assert.match(check('readiness = tcp\nreadiness_target = nowhere'), /"nowhere" is not HOST:PORT/);
  assert.match(check('readiness = http\nreadiness_target = ftp://x'), /is not a URL such as/);
  assert.match(check('readiness = fd\nreadiness_target = 2'), /is no number of a descriptor/);
  assert.match(check('liveness = exec'), /exec needs liveness_target: a command line/);
  assert.match(check('readiness = log'), /log needs readiness_target: a text that a line/);
  const closed = 'close_child_stdout = True\nclose_child_stderr = True';
  assert.match(check(`readiness = log\nreadiness_target = up\n${closed}`), /log needs output/);
  assert.equal(check('readiness = tcp\nreadiness_target = 80$(circus.wid)'), '');
});
