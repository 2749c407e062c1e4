/** Managed sockets (manual 5.3.4, 5.7): held by circusd, served by its processes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ask,
  askByDatagram,
  findFreePort,
  fixture,
  python,
  readReport,
  serve,
  startDaemon,
  until,
} from './sockets-daemon.ts';

const describe = (folder: string, name: string, words = ''): string =>
  `${python} ${fixture('descriptors.py')} ${folder}/${name}.json ${words}`;

const isSocket = (link: string | undefined): boolean => /^socket:/.test(link ?? '');

test('serves one socket from several processes, under the number that listsockets gives', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = ${serve('web')}
use_sockets = True
numprocesses = 3
[socket:Web]
port = 0
backlog = 77
`,
  );
  await daemon.running('web', 3);
  const row = await daemon.socket('web');
  assert.deepEqual(
    { ...row, port: 0 },
    { fd: 3, name: 'web', backlog: 77, host: '127.0.0.1', port: 0 },
  );
  const served = new Set<number>();
  await until('each process has served', async () => {
    const { pid, argv } = await ask(row.port ?? 0);
    assert.equal(argv[0], '3');
    served.add(pid);
    return served.size === 3;
  });
  assert.match(daemon.log, /\[INFO\] sockets started/);
});

test('gives each process exactly 0, 1, 2 and the sockets that were promised', async (t) => {
  const daemon = await startDaemon(
    t,
    (folder) => `[watcher:all]
cmd = ${describe(folder, 'all', `$(circus.sockets.c) \${socket:a} ((circus.sockets.B))`)}
use_sockets = True
[watcher:none]
cmd = ${describe(folder, 'none')}
[watcher:stdin]
cmd = ${describe(folder, 'stdin')}
stdin_socket = b
[socket:a]
port = 0
[socket:b]
path = ${folder}/b.sock
[socket:c]
port = 0
type = SOCK_DGRAM
`,
  );
  const [all, none, stdin] = await Promise.all(
    ['all', 'none', 'stdin'].map((name) => readReport(join(daemon.folder, `${name}.json`))),
  );
  assert.ok(all && none && stdin);
  assert.deepEqual(all.argv, ['5', '3', '4']);
  assert.deepEqual(Object.keys(all.fds).sort(), ['0', '1', '2', '3', '4', '5']);
  assert.ok(['3', '4', '5'].every((fd) => isSocket(all.fds[fd])));
  assert.equal(all.fds['0'], '/dev/null');
  assert.deepEqual(Object.keys(none.fds).sort(), ['0', '1', '2']);
  assert.deepEqual(Object.keys(stdin.fds).sort(), ['0', '1', '2']);
  assert.equal(stdin.fds['0'], all.fds['4']);
});

test('observes every option on a live socket', async (t) => {
  const [port, sixPort] = [await findFreePort(), await findFreePort()];
  const isRoot = process.getuid?.() === 0;
  const daemon = await startDaemon(
    t,
    (folder) => `[socket:fixed]
host = 127.0.0.2
port = ${port}
backlog = 33
[socket:six]
family = AF_INET6
port = ${sixPort}
[socket:four]
port = ${sixPort}
[socket:udp]
type = SOCK_DGRAM
proto = udp
port = 0
[socket:packets]
path = ${folder}/packets.sock
type = SOCK_SEQPACKET
umask = 077
[socket:nowait]
port = 0
blocking = False
[socket:wait]
port = 0
${isRoot ? '[socket:lo]\nport = 0\ninterface = lo\n' : ''}
[watcher:nowait]
cmd = ${serve('nowait')}
use_sockets = True
[watcher:wait]
cmd = ${serve('wait')}
use_sockets = True
`,
  );
  const shown = execFileSync('ss', ['-lnp', '-A', 'tcp,udp,unix'], { encoding: 'utf8' });
  const lines = shown.split('\n').filter((line) => line.includes(`pid=${daemon.pid},`));
  const line = (part: string): string => lines.find((text) => text.includes(part)) ?? '';
  assert.match(line(`127.0.0.2:${port}`), /LISTEN\s+0\s+33\b/);
  assert.match(line(`[::1]:${sixPort}`), /LISTEN/);
  assert.match(line(`127.0.0.1:${sixPort}`), /LISTEN\s+0\s+\d+/);
  assert.match(line(`127.0.0.1:${await daemon.port('udp')}`), /udp\s+UNCONN/);
  const packets = join(daemon.folder, 'packets.sock');
  assert.match(line(packets), /u_seq\s+LISTEN/);
  assert.equal(lstatSync(packets).mode & 0o777, 0o700);
  if (isRoot) assert.match(line(`%lo:${await daemon.port('lo')}`), /LISTEN/);
  assert.equal((await ask(await daemon.port('nowait'))).blocking, false);
  assert.equal((await ask(await daemon.port('wait'))).blocking, true);
  await daemon.stop();
  assert.equal(existsSync(packets), false);
});

test('runs workers on UDP and UNIX sockets, and on standard input', async (t) => {
  const daemon = await startDaemon(
    t,
    (folder) => `[watcher:udp]
cmd = ${serve('udp')}
use_sockets = True
[watcher:unix]
cmd = ${serve('unix')}
use_sockets = True
[watcher:stdin]
cmd = ${python} ${fixture('serve.py')} 0
stdin_socket = in
[socket:udp]
type = SOCK_DGRAM
port = 0
[socket:unix]
path = ${folder}/unix.sock
[socket:in]
port = 0
`,
  );
  const reports = [
    await askByDatagram(await daemon.port('udp')),
    await ask(join(daemon.folder, 'unix.sock')),
    await ask(await daemon.port('in')),
  ];
  const pids = await Promise.all(['udp', 'unix', 'stdin'].map((name) => daemon.pids(name)));
  assert.deepEqual(
    reports.map(({ pid }) => pid),
    pids.flat(),
  );
});

test('tells a process of its sockets as systemd does, with its own pid and user', async (t) => {
  const isRoot = process.getuid?.() === 0;
  const daemon = await startDaemon(
    t,
    (folder) => `[watcher:plain]
cmd = ${describe(folder, 'plain')}
use_sockets = True
listen_fds = True
[watcher:limited]
cmd = ${describe(folder, 'limited')}
use_sockets = True
listen_fds = True
rlimit_core = 0
${isRoot ? 'uid = 0' : ''}
[env:plain]
odd.name = kept
PATH = /usr/bin:/bin
[socket:web]
port = 0
[socket:api]
path = ${folder}/api.sock
`,
    { env: { LISTEN_FDS: '9', LISTEN_FDNAMES: 'not:ours' } },
  );
  for (const name of ['plain', 'limited']) {
    const { env, fds, pid } = await readReport(join(daemon.folder, `${name}.json`));
    assert.deepEqual([pid], await daemon.pids(name));
    assert.equal(env['LISTEN_PID'], String(pid));
    assert.deepEqual([env['LISTEN_FDS'], env['LISTEN_FDNAMES']], ['2', 'api:web']);
    assert.deepEqual(Object.keys(fds).sort(), ['0', '1', '2', '3', '4']);
    assert.equal(env['odd.name'], name === 'plain' ? 'kept' : undefined);
    assert.equal(env['PWD'], undefined);
  }
});

test('binds and lists 1 000 sockets', async (t) => {
  const count = 1_000;
  const sections = Array.from({ length: count }, (_, index) => {
    return `[socket:s${String(index).padStart(4, '0')}]\nport = 0\n`;
  });
  const daemon = await startDaemon(
    t,
    `${sections.join('')}[watcher:last]\nuse_sockets = True\ncmd = ${serve('s0999')}\n`,
  );
  const rows = await daemon.sockets();
  assert.equal(rows.length, count);
  assert.deepEqual([rows[0]?.fd, rows.at(-1)?.fd], [3, count + 2]);
  const { fds } = await ask(rows.at(-1)?.port ?? 0);
  assert.equal(Object.keys(fds).length, count + 3);
});
