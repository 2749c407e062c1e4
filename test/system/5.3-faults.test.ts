/** Faults that keep circusd from starting: all told, exit 1, nothing started. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  assertNothingLeft,
  configText,
  findFreePort,
  hasComponent,
  isReadable,
  isRunning,
  makeFolder,
  type Outcome,
  Program,
  programWords,
  python,
  run,
  startDaemon,
} from './daemon.ts';
import { until } from './until.ts';

/** Runs circusd with a configuration that it should refuse. */
async function refuse(
  t: TestContext,
  text: string,
  ...flags: string[]
): Promise<Outcome & { file: string }> {
  const folder = makeFolder(t);
  const file = join(folder, 'circus.ini');
  writeFileSync(file, text.replaceAll('FOLDER', folder));
  const outcome = await run(programWords('circusd', ...flags, file), { cwd: folder });
  await assertNothingLeft();
  return { ...outcome, file };
}

test('lists all faults of a configuration with file and line, and starts nothing', async (t) => {
  const outcome = await refuse(
    t,
    `[circus]
check_delay = soon
umask = 999
nonsense = 1
[watcher:good]
cmd = /bin/sh -c 'echo > FOLDER/out/started; exec sleep 60'
[watcher:bad]
cmd = sleep 60
numprocesses = many
stop_signal = NOPE
uid = nobody-of-that-name
rlimit_nofile = lots
singleton = maybe
[watcher:BAD]
cmd = sleep 60
a bare word
`,
  );
  assert.equal(outcome.code, 1);
  for (const line of [2, 3, 4, 9, 10, 11, 12, 13, 14, 16]) {
    assert.match(
      outcome.stderr,
      new RegExp(`circus\\.ini:${line}: `),
      `line ${line}:\n${outcome.stderr}`,
    );
  }
  assert.match(outcome.stderr, /circus\.ini:9: \[watcher:bad\] numprocesses = many: /);
  assert.doesNotMatch(outcome.stderr, /^ +at /m);
  assert.equal(existsSync(join(outcome.file, '..', 'out', 'started')), false);
});

test('tells a missing file, a folder, an empty and a binary one', async (t) => {
  const folder = makeFolder(t);
  const missing = await run(programWords('circusd', join(folder, 'none.ini')));
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /none\.ini/);
  const directory = await run(programWords('circusd', folder));
  assert.equal(directory.code, 1);
  assert.doesNotMatch(directory.stderr, /^ +at /m);
  const binary = join(folder, 'binary.ini');
  writeFileSync(binary, Buffer.from([0, 255, 254, 10, 91, 0, 93, 10, 0]));
  assert.equal((await run(programWords('circusd', binary))).code, 1);
});

test('tells a fault of an included file with that file', async (t) => {
  const folder = makeFolder(t);
  mkdirSync(join(folder, 'conf.d'));
  writeFileSync(
    join(folder, 'conf.d', 'web.ini'),
    '[watcher:web]\ncmd = sleep 60\npriority = high\n',
  );
  writeFileSync(join(folder, 'circus.ini'), configText(folder, '', 'include = conf.d/*.ini'));
  const outcome = await run(programWords('circusd', join(folder, 'circus.ini')));
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /conf\.d\/web\.ini:3: \[watcher:web\] priority = high/);
});

test('no arguments: usage, exit 0; --help and --version; a bad flag: exit 2', async () => {
  const plain = await run(programWords('circusd'));
  assert.deepEqual([plain.code, plain.stderr], [0, '']);
  assert.match(plain.stdout, /^Usage: circusd \[options\] \[config\]/);
  const help = await run(programWords('circusd', '--help'));
  assert.equal(help.code, 0);
  for (const flag of ['--daemon', '--pidfile', '--log-level', '--log-output', '--log-format']) {
    assert.ok(help.stdout.includes(flag), flag);
  }
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  assert.equal((await run(programWords('circusd', '--version'))).stdout, `${version}\n`);
  for (const words of [['--nope'], ['--log-level', 'loud'], ['--log-format', 'xml']]) {
    const outcome = await run(programWords('circusd', ...words, 'circus.ini'));
    assert.equal(outcome.code, 2, words.join(' '));
    assert.match(outcome.stderr, /error: /);
  }
});

test('circusctl: usage and exit codes', async (t) => {
  const folder = makeFolder(t);
  const ctl = (...words: string[]): Promise<Outcome> =>
    run(programWords('circusctl', '--endpoint', `ipc://${folder}/nobody`, ...words));
  assert.equal((await ctl('--help')).code, 0);
  assert.match((await ctl('--version')).stdout, /^circusctl \d/);
  assert.equal((await ctl('no-such-command')).code, 2);
  assert.equal((await ctl('list', '--no-such-flag')).code, 2);
  assert.equal((await ctl('incr')).code, 1);
  const late = await ctl('--timeout', '0.3', 'list');
  assert.equal(late.code, 1);
  assert.match(late.stderr, /^Timed out\./);
});

test('an ipc endpoint that another circusd serves is refused', async (t) => {
  const holder = await startDaemon(t, '[watcher:web]\ncmd = sleep 600');
  const pids = await holder.running('web', 1);
  const second = await run(programWords('circusd', join(holder.folder, 'circus.ini')));
  assert.equal(second.code, 1);
  assert.match(second.stderr, /^circusd: \[circus\] pubsub_endpoint = ipc:.* cannot be bound: /m);
  assert.deepEqual(await holder.pids('web'), pids);
  await holder.call('restart', { name: 'web', waiting: true });
  await holder.awaitEvent('web', 'start');
});

test('an ipc endpoint whose owner is too busy to accept is refused', async (t) => {
  if (!hasComponent(t, python, isReadable(python))) return;
  const folder = makeFolder(t);
  const script = `
import socket, sys, time
owner = socket.socket(socket.AF_UNIX)
owner.bind(sys.argv[1])
owner.listen(0)
clients = [owner]
try:
    while True:
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        client.connect(sys.argv[1])
        clients.append(client)
except BlockingIOError:
    print('full', flush=True)
time.sleep(600)
`;
  const owner = new Program([python, '-c', script, join(folder, 'control')]);
  try {
    await until('its queue is full', () => owner.stdout.includes('full'));
    writeFileSync(
      join(folder, 'circus.ini'),
      configText(folder, '[watcher:web]\ncmd = sleep 60\n'),
    );
    const outcome = await run(programWords('circusd', join(folder, 'circus.ini')));
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /control cannot be bound: Address already in use/);
    assert.ok(existsSync(join(folder, 'control')));
  } finally {
    owner.kill('SIGKILL');
    await owner.ended;
  }
});

test('a tcp endpoint in use is refused', async (t) => {
  const folder = makeFolder(t);
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const file = join(folder, 'circus.ini');
  writeFileSync(
    file,
    `[circus]\nendpoint = tcp://127.0.0.1:${port}\npubsub_endpoint = ipc://${folder}/events\n[watcher:web]\ncmd = sleep 60\n`,
  );
  const outcome = await run(programWords('circusd', file));
  assert.equal(outcome.code, 1);
  assert.match(
    outcome.stderr,
    new RegExp(
      `^circusd: \\[circus\\] endpoint = tcp://127\\.0\\.0\\.1:${port} cannot be bound: .*in use`,
      'm',
    ),
  );
  assert.doesNotMatch(outcome.stderr, /^ +at /m);
  assert.equal(existsSync(join(folder, 'events')), false, 'the endpoint that could be bound');
  await assertNothingLeft();
});

test('SIGTERM while it starts: exit 0, no pid file and no socket file is left', async (t) => {
  const folder = makeFolder(t);
  const pidfile = join(folder, 'circusd.pid');
  const file = join(folder, 'circus.ini');
  const socket = `[socket:web]\npath = ${folder}/web.sock\n`;
  writeFileSync(file, configText(folder, `${socket}[watcher:web]\ncmd = sleep 60\n`));
  for (let round = 0; round < 5; round += 1) {
    const program = new Program(programWords('circusd', '--pidfile', pidfile, file));
    // Without a pause: the endpoints are bound a few milliseconds later.
    const deadline = performance.now() + 10_000;
    while (!existsSync(pidfile)) assert.ok(performance.now() < deadline, 'no pid file');
    program.kill('SIGTERM');
    assert.deepEqual(await program.ended, { code: 0, signal: null });
    assert.deepEqual(readdirSync(folder).sort(), ['circus.ini', 'out']);
    assert.doesNotMatch(program.stderr, /ERROR/);
    await assertNothingLeft();
  }
});

test('an endpoint in a folder that is not there, or that is none: exit 1', async (t) => {
  for (const endpoint of ['ipc:///no/such/folder/x', 'nonsense', 'tcp://127.0.0.1:notaport']) {
    const outcome = await refuse(
      t,
      `[circus]\nendpoint = ${endpoint}\npubsub_endpoint = ipc://FOLDER/events\n`,
    );
    assert.equal(outcome.code, 1, endpoint);
    assert.ok(outcome.stderr.includes(endpoint), outcome.stderr);
    assert.doesNotMatch(outcome.stderr, /^ +at /m);
  }
});

test('serves tcp endpoints on ports of the loopback interface', async (t) => {
  const folder = makeFolder(t);
  const [control, events] = [await findFreePort(), await findFreePort()];
  const file = join(folder, 'circus.ini');
  writeFileSync(
    file,
    `[circus]\nendpoint = tcp://127.0.0.1:${control}\npubsub_endpoint = tcp://127.0.0.1:${events}\n[watcher:web]\ncmd = sleep 60\n`,
  );
  const program = new Program(programWords('circusd', file));
  t.after(async () => {
    program.kill('SIGTERM');
    await program.ended;
    await assertNothingLeft();
  });
  const ctl = (...words: string[]): Promise<Outcome> =>
    run(programWords('circusctl', '--endpoint', `tcp://127.0.0.1:${control}`, ...words));
  await until(
    'active',
    () => ctl('--timeout', '0.5', 'status', 'web'),
    ({ stdout }) => stdout === 'active\n',
  );
  assert.equal((await ctl('quit')).code, 0);
  assert.deepEqual(await program.ended, { code: 0, signal: null });
});

test('the pid file: written with mode 644, refused while its owner lives, taken over when stale', async (t) => {
  const folder = makeFolder(t);
  const pidfile = join(folder, 'circusd.pid');
  writeFileSync(pidfile, '4194999\n');
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600', {
    folder,
    circus: `pidfile = ${pidfile}`,
    listens: false,
  });
  assert.equal(readFileSync(pidfile, 'utf8'), `${daemon.pid}\n`);
  assert.equal(statSync(pidfile).mode & 0o777, 0o644);
  const other = makeFolder(t);
  writeFileSync(join(other, 'circus.ini'), configText(other, '[watcher:web]\ncmd = sleep 60'));
  const second = await run(
    programWords('circusd', '--pidfile', pidfile, join(other, 'circus.ini')),
  );
  assert.equal(second.code, 1);
  assert.ok(second.stderr.includes(`pid file '${pidfile}' is stale, current pid ${daemon.pid}`));
  assert.equal(readFileSync(pidfile, 'utf8'), `${daemon.pid}\n`, "still the owner's");
  await daemon.stop();
  assert.equal(existsSync(pidfile), false);
});

test('of several that are started at once with one stale pid file, one runs', async (t) => {
  const folder = makeFolder(t);
  const pidfile = join(folder, 'circusd.pid');
  writeFileSync(pidfile, '4194999\n');
  const programs = [1, 2, 3].map((number) => {
    const own = join(folder, `${number}`);
    mkdirSync(own);
    writeFileSync(join(own, 'circus.ini'), configText(own, '[watcher:web]\ncmd = sleep 60\n'));
    return new Program(programWords('circusd', '--pidfile', pidfile, join(own, 'circus.ini')));
  });
  try {
    const running = await until(
      'all but one have given up',
      () => programs.filter(({ isRunning }) => isRunning),
      ({ length }) => length <= 1,
    );
    const pid = readFileSync(pidfile, 'utf8');
    assert.deepEqual(
      [pid],
      running.map((program) => `${program.pid}\n`),
    );
    for (const program of programs.filter((each) => !running.includes(each))) {
      assert.deepEqual(await program.ended, { code: 1, signal: null });
      assert.ok(program.stderr.includes(`is stale, current pid ${pid.trim()}`), program.stderr);
    }
  } finally {
    for (const program of programs) program.kill('SIGTERM');
    await Promise.all(programs.map(({ ended }) => ended));
    await assertNothingLeft();
  }
});

test('a pid file that holds no pid is taken over', async (t) => {
  const folder = makeFolder(t);
  const pidfile = join(folder, 'circusd.pid');
  writeFileSync(pidfile, 'what?');
  const daemon = await startDaemon(t, '', {
    folder,
    flags: ['--pidfile', pidfile],
    listens: false,
  });
  assert.equal(readFileSync(pidfile, 'utf8'), `${daemon.pid}\n`);
});

test('a pid file that cannot be written: exit 1, nothing started', async (t) => {
  const outcome = await refuse(
    t,
    '[circus]\nendpoint = ipc://FOLDER/c\npubsub_endpoint = ipc://FOLDER/e\n[watcher:web]\ncmd = sleep 60\n',
    '--pidfile',
    '/no/such/folder/circusd.pid',
  );
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /\/no\/such\/folder\/circusd\.pid/);
  assert.doesNotMatch(outcome.stderr, /^ +at /m);
});

test('a log that cannot be opened: exit 1', async (t) => {
  const folder = makeFolder(t);
  const outcome = await refuse(
    t,
    configText(folder, '[watcher:web]\ncmd = sleep 60\n'),
    '--log-output',
    '/no/such/folder/log',
  );
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /cannot log: .*\/no\/such\/folder\/log/);
});

test('--daemon goes into the background, in a session of its own', async (t) => {
  const folder = makeFolder(t);
  chmodSync(folder, 0o755);
  const pidfile = join(folder, 'circusd.pid');
  const logfile = join(folder, 'circusd.log');
  const web = '[watcher:web]\ncmd = sleep 600\ncopy_env = True\n';
  writeFileSync(join(folder, 'circus.ini'), configText(folder, web));
  const parent = await run(
    [
      ...['/bin/sh', '-c', 'ulimit -Sn 345; "$@"; exit $?', 'sh'],
      ...programWords('circusd', '--daemon', '--pidfile', pidfile, '--log-output', logfile),
      join(folder, 'circus.ini'),
    ],
    { cwd: folder },
  );
  assert.deepEqual([parent.code, parent.stdout, parent.stderr], [0, '', '']);
  const pid = await until('pid file', () => Number(readFileSync(pidfile, 'utf8')));
  try {
    const ctl = (...words: string[]): Promise<Outcome> =>
      run(programWords('circusctl', '--endpoint', `ipc://${folder}/control`, ...words));
    await until(
      'active',
      () => ctl('--timeout', '0.5', 'status', 'web'),
      ({ stdout }) => stdout === 'active\n',
    );
    const { findProcess } = await import('./process-table.ts');
    assert.equal(findProcess(pid)?.sid, pid);
    const { readlinkSync } = await import('node:fs');
    for (const fd of [0, 1, 2]) assert.equal(readlinkSync(`/proc/${pid}/fd/${fd}`), '/dev/null');
    assert.equal(readlinkSync(`/proc/${pid}/cwd`), folder);
    const [line = ''] = (await ctl('list', 'web')).stdout.trim().split(',');
    assert.doesNotMatch(readFileSync(`/proc/${line}/environ`, 'utf8'), /CIRCUS/);
    // What the shell had, not what Node has made of it.
    assert.match(readFileSync(`/proc/${line}/limits`, 'utf8'), /^Max open files +345 /m);
    assert.match(readFileSync(logfile, 'utf8'), /Arbiter now waiting for commands/);
  } finally {
    process.kill(pid, 'SIGTERM');
    await until('ended', () => !isRunning(pid));
    await assertNothingLeft();
  }
  assert.equal(existsSync(pidfile), false);
});
