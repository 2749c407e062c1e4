/** Managed sockets (manual 5.3.4, 5.7): held by circusd, served by its processes. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ask,
  askByDatagram,
  fixture,
  python,
  readReport,
  serve,
  startDaemon,
} from './sockets-daemon.ts';
import { until } from './until.ts';

const describe = (folder: string, name: string, words = ''): string =>
  `${python} ${fixture('descriptors.py')} ${folder}/${name}.json ${words}`;

test('serves one socket from several processes, under the number that listsockets gives', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = ${serve('web', `\${socket:web} ((circus.sockets.WEB))`)}
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
    assert.deepEqual(argv, ['3', '3', '3'], 'in each of the ways to write it');
    served.add(pid);
    return served.size === 3;
  });
  assert.match(daemon.log, /\[INFO\] sockets started/);
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
