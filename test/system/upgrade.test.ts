/** `circusctl upgrade` and SIGUSR2: circusd becomes another program, and nobody else notices. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { countDescriptors, readEntry } from '../daemon/index.ts';
import { Clients } from '../load/clients.ts';
import { type Daemon, fixture, makeFolder, python, readReport, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const circusd = resolve('bin/circusd.js');

/**
 * A program that becomes circusd, after it has done something else. Not a shell: that would reap
 * whatever child has died, and tell nobody.
 */
function program(folder: string, name: string, before: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!${python}
import os, signal, sys, time
rehearses = '--can-resume' in sys.argv
${before}
os.execv('${process.execPath}', ['node', '${circusd}'] + sys.argv[1:])
`,
  );
  chmodSync(path, 0o755);
  return path;
}

async function upgrade(daemon: Daemon, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await daemon.ctl('upgrade', ...words);
  assert.equal(code, 0, `${stdout}${stderr}\n${daemon.log}`);
  return stdout;
}

function startTimes(pids: readonly number[]): (number | undefined)[] {
  return pids.map((pid) => readEntry(pid)?.startTime);
}

test('keeps pid, processes, options set at run time and numbers of events', async (t) => {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\nnumprocesses = 3');
  const pids = await daemon.running('web', 3);
  const born = startTimes(pids);
  await daemon.call('add', { name: 'extra', cmd: 'sleep 600', start: true });
  await daemon.call('set', { name: 'web', options: { graceful_timeout: 4, warmup_delay: 0.25 } });
  const { newest } = await daemon.call('events', { since: 1e6 });
  assert.match(await upgrade(daemon), new RegExp(`generation 2, pid ${daemon.pid}\n`));
  assert.match(await upgrade(daemon), /generation 3/);
  assert.deepEqual(await daemon.pids('web'), pids);
  assert.deepEqual(startTimes(pids), born);
  assert.equal(await daemon.status('extra'), 'active');
  const { options } = await daemon.call('get', {
    name: 'web',
    keys: ['graceful_timeout', 'warmup_delay'],
  });
  assert.deepEqual(options, { graceful_timeout: 4, warmup_delay: 0.25 });
  const from = daemon.events.length;
  await daemon.call('incr', { name: 'web', waiting: true });
  const spawned = await daemon.awaitEvent('web', 'spawn', from);
  assert.equal(spawned.payload['seq'], Number(newest) + 1);
  const replayed = await daemon.replay();
  assert.deepEqual(
    replayed.map(({ seq }) => seq),
    replayed.map((_, index) => index + 1),
  );
  process.kill(pids[0] ?? 0, 'SIGKILL');
  const reap = await daemon.awaitEvent('web', 'reap', from);
  assert.deepEqual([reap.payload['process_pid'], reap.payload['exit_code']], [pids[0], -9]);
});

test('knows how those ended who died while there was no circusd', async (t) => {
  const folder = makeFolder(t);
  const go = join(folder, 'go');
  const daemon = await startDaemon(
    t,
    `[watcher:clean]
cmd = /bin/sh -c 'until test -e ${go}; do sleep 0.02; done; exit 7'
respawn = False
[watcher:killed]
cmd = sleep 600`,
    { folder },
  );
  const [clean = 0] = await daemon.running('clean', 1);
  const [killed = 0] = await daemon.running('killed', 1);
  const path = program(
    folder,
    'slow',
    `if not rehearses:
    open('${go}', 'w').close()
    os.kill(${killed}, signal.SIGKILL)
    while open('/proc/${clean}/stat').read().split()[2] != 'Z':
        time.sleep(0.01)`,
  );
  await upgrade(daemon, '--program', path);
  const ends = await until(
    'both reaps',
    async () => (await daemon.replay()).filter(({ topic }) => String(topic).endsWith('.reap')),
    ({ length }) => length >= 2,
  );
  const codes = ends.map(({ topic, exit_code, process_pid }) => [topic, exit_code, process_pid]);
  assert.deepEqual(codes.sort(), [
    ['watcher.clean.reap', 7, clean],
    ['watcher.killed.reap', -9, killed],
  ]);
  const [successor] = await daemon.running('killed', 1);
  assert.notEqual(successor, killed);
  assert.equal(readEntry(clean), undefined);
});

test('answers whoever waits for a command, and ends what it had begun to end', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:slow]
cmd = ${python} -c 'import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(600)'
graceful_timeout = 8`,
  );
  const [pid = 0] = await daemon.running('slow', 1);
  await until('it ignores TERM', () =>
    /^SigIgn:.*[4-7c-f]...$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
  );
  const begun = performance.now();
  const stopped = daemon.call('stop', { name: 'slow', waiting: true });
  await daemon.awaitEvent('slow', 'kill');
  await upgrade(daemon);
  assert.equal(await daemon.status('slow'), 'stopping');
  const { info } = await stopped;
  assert.equal(info, null);
  assert.ok(performance.now() - begun > 7_900, 'the time that was left is kept');
  assert.equal(await daemon.status('slow'), 'stopped');
});

test('loses no byte of output, of lines without an end neither', async (t) => {
  const folder = makeFolder(t);
  const [first, second] = [join(folder, 'lines.log'), join(folder, 'parts.log')];
  const go = join(folder, 'go');
  const daemon = await startDaemon(
    t,
    `[watcher:lines]
cmd = ${python} ${fixture(folder, 'lines.py')} 30000 160 3
respawn = False
stdout_stream.filename = ${first}
stdout_stream.max_bytes = 1000000
stdout_stream.backup_count = 20
[watcher:parts]
cmd = /bin/sh -c 'printf begin; until test -e ${go}; do sleep 0.02; done; echo end; exec sleep 600'
stdout_stream.filename = ${second}
stdout_stream.time_format = T`,
    { folder },
  );
  for (let count = 0; count < 4; count += 1) await upgrade(daemon);
  writeFileSync(go, '');
  await until(
    'all lines are written',
    () => daemon.status('lines'),
    (status) => status === 'stopped',
    30_000,
  );
  const files = readdirSync(folder).filter((name) => name.startsWith('lines.log'));
  const oldest = files.sort((a, b) => Number(b.split('.')[2] ?? 0) - Number(a.split('.')[2] ?? 0));
  const written = Buffer.concat(oldest.map((name) => readFileSync(join(folder, name))));
  const numbers = Array.from({ length: 30_000 }, (_, number) => String(number).padStart(9, '0'));
  const expected = numbers.map((number) => `${`${number} `.padEnd(159, 'x')}\n`).join('');
  const digest = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
  assert.equal(written.length, expected.length);
  assert.equal(digest(written), digest(expected));
  const parts = await until(
    'the part',
    () => readFileSync(second, 'latin1'),
    (text) => text.includes('end'),
  );
  assert.match(parts, /begin[\s\S]*end\n$/);
});

test('serves every request to a managed socket, and gives a new process the same socket', async (t) => {
  const folder = makeFolder(t);
  const answer = fixture(folder, 'answer.py');
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = ${python} ${answer} $(circus.sockets.web)
numprocesses = 2
use_sockets = True
[watcher:late]
cmd = ${python} ${answer} $(circus.sockets.late)
use_sockets = True
on_demand = True
[socket:web]
port = 0
[socket:late]
port = 0`,
    { folder },
  );
  await daemon.running('web', 2);
  const sockets = (await daemon.call('listsockets'))['sockets'];
  const portOf = (name: string): number => {
    const rows = sockets as unknown as { name: string; port: number }[];
    return rows.find((row) => row.name === name)?.port ?? 0;
  };
  const clients = new Clients(portOf('web'), 8);
  for (let count = 0; count < 3; count += 1) await upgrade(daemon);
  assert.deepEqual((await daemon.call('listsockets'))['sockets'], sockets);
  await clients.end();
  assert.ok(clients.answered > 50, `${clients.answered} answers`);
  assert.deepEqual(clients.failures, []);
  await daemon.call('restart', { name: 'web', waiting: true });
  const others = [new Clients(portOf('web'), 1), new Clients(portOf('late'), 1)];
  await until('answers', () => others.every(({ answered }) => answered > 2));
  await Promise.all(others.map((one) => one.end()));
  assert.deepEqual(
    others.flatMap(({ failures }) => failures),
    [],
  );
});

test('is refused by a program that cannot take over, and nothing is disturbed', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600', { folder });
  const pids = await daemon.running('web', 1);
  const descriptors = countDescriptors(daemon.pid);
  const events = daemon.events.length;
  for (const [name, text, reason] of [
    ['dies', 'sys.exit(3)', /exit code 3/],
    ['complains', "sys.exit('no such library')", /exit code 1: no such library/],
    ['agrees', "print('yes'); sys.exit(0)", /does not say that it can: yes/],
    ['hangs', 'time.sleep(600)', /nothing for 1 s/],
    [
      'lies',
      `print('{"can_resume":{"pid":1,"generation":2},"version":"9"}'); sys.exit(0)`,
      /not say that it can/,
    ],
    [
      'misreads',
      `os.dup2(os.open('old', os.O_RDWR | os.O_CREAT), 3); os.pwrite(3, b'circusd state 99 2\\n{}', 0)`,
      /format 99/,
    ],
  ] as const) {
    const path = program(folder, name, text);
    const outcome = await daemon.ctl('upgrade', '--program', path, '--patience', '1');
    assert.equal(outcome.code, 3, name);
    assert.match(outcome.stderr, reason);
  }
  const missing = await daemon.ctl('upgrade', '--program', join(folder, 'missing'));
  assert.match(missing.stderr, /No such file/);
  assert.equal((await daemon.call('version'))['generation'], 1);
  assert.deepEqual(await daemon.pids('web'), pids);
  await until(
    'no descriptor is left open',
    () => countDescriptors(daemon.pid),
    (count) => count <= descriptors + 1,
  );
  assert.deepEqual(daemon.names(events), []);
});

test('goes on when the program is gone after all, and tells why', async (t) => {
  const folder = makeFolder(t);
  const log = join(folder, 'x.log');
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = /bin/sh -c 'while :; do echo line; sleep 0.05; done'
stdout_stream.filename = ${log}
stdout_stream.time_format = T`,
    { folder },
  );
  const pids = await daemon.running('web', 1);
  const path = program(folder, 'vanishes', 'os.remove(sys.argv[0])');
  const outcome = await daemon.ctl('upgrade', '--program', path);
  assert.equal(outcome.code, 3);
  assert.match(outcome.stderr, /not upgraded: cannot run .*vanishes: No such file/);
  const { generation, upgrade_failure } = await daemon.call('version');
  assert.equal(generation, 1);
  assert.match(String(upgrade_failure), /vanishes/);
  assert.deepEqual(await daemon.pids('web'), pids);
  const size = readFileSync(log).length;
  await until('output is written on', () => readFileSync(log).length > size);
  const from = daemon.events.length;
  await daemon.call('incr', { name: 'web' });
  await daemon.awaitEvent('web', 'spawn', from);
  await upgrade(daemon);
  assert.equal((await daemon.call('version'))['upgrade_failure'], undefined);
});

test('upgrades at SIGUSR2, gives workers neither descriptors nor variables of it', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:report]
cmd = ${python} ${fixture(folder, 'report.py')} out/report.json
copy_env = True
autostart = False
working_dir = ${folder}`,
    { folder, env: { KEPT: 'yes' } },
  );
  const before = countDescriptors(daemon.pid);
  daemon.program.kill('SIGUSR2');
  await until(
    'the next generation',
    async () => (await daemon.call('version', {}, 500))['generation'],
    (generation) => generation === 2,
  );
  await until(
    'as many descriptors as before',
    () => countDescriptors(daemon.pid),
    (count) => count <= before + 1,
  );
  assert.ok(!existsSync(`${folder}/control.${daemon.pid}.held`));
  await daemon.call('start', { name: 'report' });
  const report = await readReport(folder, 'report');
  assert.deepEqual(Object.keys(report.fds).sort(), ['0', '1', '2']);
  assert.equal(report.env['KEPT'], 'yes');
  assert.deepEqual(
    Object.keys(report.env).filter((name) => name.startsWith('CIRCUS_')),
    [],
  );
  const limits = readFileSync(`/proc/${process.pid}/limits`, 'utf8');
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  assert.ok(report.limits['RLIMIT_NOFILE']?.[0] ?? Number(soft) > 0);
});

test('goes on reading what processes write without a stream, and remembers what they wrote', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:talk]
cmd = /bin/sh -c 'n=0; while :; do n=$((n+1)); echo talk $n; sleep 0.02; done'`,
  );
  const pids = await daemon.running('talk', 1);
  await until('the first lines', () => daemon.program.stdout.includes('talk 5\n'));
  await upgrade(daemon);
  await upgrade(daemon);
  const { length } = daemon.program.stdout;
  await until('further lines', () => daemon.program.stdout.length > length + 100);
  assert.deepEqual(await daemon.pids('talk'), pids);
  const lines = daemon.program.stdout.match(/^talk \d+$/gm) ?? [];
  assert.deepEqual(
    lines,
    lines.map((_, index) => `talk ${index + 1}`),
  );
  const { logs } = await daemon.call('logs', { name: 'talk', lines: 100_000 });
  const kept = (logs as unknown as { data: string }[]).map(({ data }) => data).join('');
  assert.match(kept, /^talk 1\n/);
});

test('keeps readiness and liveness: what was awaited comes, what reports is heard', async (t) => {
  const folder = makeFolder(t);
  const go = join(folder, 'go');
  const script = join(folder, 'notifier.py');
  writeFileSync(
    script,
    `import os, socket, time
path = os.environ['NOTIFY_SOCKET']
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.connect('\\0' + path[1:] if path[0] == '@' else path)
ready = False
while True:
    if not ready and os.path.exists('${go}'):
        told.send(b'READY=1\\nSTATUS=serving')
        ready = True
    told.send(b'WATCHDOG=1')
    time.sleep(0.2)
`,
  );
  const daemon = await startDaemon(
    t,
    `[watcher:notifier]
cmd = ${python} ${script}
readiness = notify
readiness_timeout = 120
liveness = watchdog
liveness_timeout = 8
[watcher:pipe]
cmd = /bin/sh -c 'until test -e ${go}; do sleep 0.02; done; echo >&$READINESS_FD; exec sleep 600'
readiness = fd
readiness_timeout = 120`,
    { folder, circus: 'warmup_delay = 0' },
  );
  const pids = async (): Promise<number[]> => [
    ...(await daemon.pids('notifier')),
    ...(await daemon.pids('pipe')),
  ];
  const before = await until('both run', pids, ({ length }) => length === 2);
  assert.equal(await daemon.status('notifier'), 'starting');
  await upgrade(daemon);
  assert.equal(await daemon.status('pipe'), 'starting');
  writeFileSync(go, '');
  for (const name of ['notifier', 'pipe']) {
    await until(
      `${name} is ready`,
      () => daemon.status(name),
      (status) => status === 'active',
    );
  }
  await upgrade(daemon);
  // Longer than the watchdog's time in all.
  const end = performance.now() + 9_000;
  await until('time passes', () => performance.now() > end);
  assert.deepEqual(await pids(), before);
});
