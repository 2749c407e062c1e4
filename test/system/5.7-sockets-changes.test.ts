/** Sockets that are handed over, changed, or cannot be had (manual 5.7, protocol 7.9). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '#libs/protocol';
import {
  ask,
  exchange,
  failToStart,
  findFreePort,
  fixture,
  makeFolder,
  python,
  type SocketsDaemon,
  serve,
  startDaemon,
  until,
} from './sockets-daemon.ts';

const web = (port: number, more = ''): string => `[watcher:web]
cmd = ${serve('web')}
use_sockets = True
[socket:web]
port = ${port}
${more}
`;

async function isRefused(port: number): Promise<boolean> {
  try {
    await exchange({ host: '127.0.0.1', port });
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  }
}

async function occupy(t: TestContext): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function occupyPath(t: TestContext): Promise<string> {
  const path = join(makeFolder(t), 'held.sock');
  const server = createServer();
  await new Promise<void>((listening) => server.listen(path, listening));
  t.after(() => server.close());
  return path;
}

test('adopts the sockets that it was started with, by name, and passes on no variable of them', async (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'api.sock');
  const launcher = [python, fixture('activate.py'), 'api', path, 'web', 'tcp'];
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = ${serve('web')}
use_sockets = True
copy_env = True
[watcher:api]
cmd = ${serve('api')}
use_sockets = True
[socket:web]
port = 1
[socket:api]
path = ${path}
`,
    { folder, launcher },
  );
  const port = await daemon.port('web');
  assert.notEqual(port, 1);
  const { env } = await ask(port);
  assert.deepEqual(
    Object.keys(env).filter((name) => name.startsWith('LISTEN_')),
    [],
  );
  await ask(path);
  assert.equal(await daemon.stop(), 0);
  assert.ok(existsSync(path), 'the file is not ours to remove');
});

test('reloadconfig adds, changes and removes sockets, and replaces who uses them', async (t) => {
  const [first, second] = [await findFreePort(), await findFreePort()];
  const daemon = await startDaemon(t, web(first));
  const before = await ask(first);

  const added = await daemon.reconfigure(`${web(first)}[socket:api]\nport = 0\n`);
  assert.deepEqual((added['plan'] as JsonObject)['sockets'], {
    added: ['api'],
    removed: [],
    changed: [],
  });
  assert.deepEqual(
    (await daemon.sockets()).map(({ fd, name }) => [fd, name]),
    [
      [3, 'web'],
      [4, 'api'],
    ],
  );
  assert.equal((await ask(first)).pid, before.pid);

  await daemon.reconfigure(web(second));
  const moved = await ask(second);
  assert.notEqual(moved.pid, before.pid);
  assert.equal(moved.argv[0], '3');
  await until('the old port is free', () => isRefused(first));

  await daemon.reconfigure(web(second, 'backlog = 7\nblocking = False'));
  await until('it is replaced', async () => (await ask(second)).pid !== moved.pid);
  assert.equal((await daemon.socket('web')).backlog, 7);
  assert.equal((await ask(second)).blocking, false);

  const renamed = web(second).replaceAll('web', 'www');
  await daemon.reconfigure(renamed);
  assert.equal((await ask(second)).argv[0], '3');
  assert.deepEqual(
    (await daemon.sockets()).map(({ fd, name }) => [fd, name]),
    [[3, 'www']],
  );
});

test('numbers stay when a socket goes: a gap is /dev/null, and systemd counts without it', async (t) => {
  const socket = (name: string): string => `[socket:${name}]\nport = 0\n`;
  const text = `[watcher:plain]
cmd = ${serve('c')}
use_sockets = True
[watcher:systemd]
cmd = ${serve('a')}
use_sockets = True
listen_fds = True
${socket('a')}${socket('c')}`;
  const daemon = await startDaemon(t, text + socket('b'));
  await daemon.reconfigure(text);
  await daemon.call('restart', { name: 'plain', waiting: true });
  const plain = await ask(await daemon.port('c'));
  assert.equal(plain.argv[0], '5');
  assert.deepEqual([plain.fds['4'], Object.keys(plain.fds).length], ['/dev/null', 6]);
  const systemd = await ask(await daemon.port('a'));
  assert.deepEqual([systemd.env['LISTEN_FDS'], systemd.env['LISTEN_FDNAMES']], ['2', 'a:c']);
  assert.equal(systemd.fds['4'], systemd.fds['5']);
  await daemon.reconfigure(text + socket('z'));
  assert.equal((await daemon.socket('z')).fd, 4, 'the next free number');
});

test('reloadconfig moves a socket to another address of the same port, and between kinds at a path', async (t) => {
  const port = await findFreePort();
  const folder = makeFolder(t);
  const text = (host: string, type: string): string => `${web(port, `host = ${host}`)}
[socket:unix]
path = ${folder}/u.sock
type = ${type}
`;
  const daemon = await startDaemon(t, text('127.0.0.1', 'SOCK_STREAM'), { folder });
  await ask(port);
  await daemon.reconfigure(text('0.0.0.0', 'SOCK_STREAM'));
  assert.equal((await daemon.socket('web')).host, '0.0.0.0');
  await ask(port);
  await daemon.reconfigure(text('0.0.0.0', 'SOCK_SEQPACKET'));
  assert.ok(existsSync(join(folder, 'u.sock')));
  await daemon.reconfigure(web(port));
  assert.equal(existsSync(join(folder, 'u.sock')), false);
  await ask(port);
});

test('a reload that cannot have every socket changes nothing', async (t) => {
  const [first, second] = [await findFreePort(), await findFreePort()];
  const taken = await occupy(t);
  const held = await occupyPath(t);
  const daemon = await startDaemon(t, web(first));
  const before = await ask(first);
  const attempts: [text: string, reason: RegExp][] = [
    [
      `${web(second)}[socket:api]\nport = ${taken}\n[watcher:new]\ncmd = sleep 1000\n`,
      new RegExp(
        `socket 'api' at localhost:${taken}: address already in use .*by process ${process.pid}`,
      ),
    ],
    [
      `${web(second)}[socket:api]\npath = /no/such/dir/a.sock\n`,
      /socket 'api' at \/no\/such\/dir\/a\.sock: .*there is no directory/,
    ],
    [
      `${web(second)}[socket:api]\npath = ${held}\n`,
      new RegExp(`socket 'api' at ${held}: the path is in use by process ${process.pid} `),
    ],
    [
      `${web(second)}[socket:api]\nport = 0\nhost = 192.0.2.1\n`,
      /socket 'api' at 192\.0\.2\.1:0: .*no interface of this machine has that address/,
    ],
    [`[watcher:web]\ncmd = ${serve('web')}\nuse_sockets = True\n`, /there is no socket 'web'/],
    [web(first, 'interface = nosuch0'), /interface nosuch0: no such device/],
  ];
  for (const [text, reason] of attempts) {
    writeFileSync(join(daemon.folder, 'circus.ini'), textOf(daemon, text));
    for (const command of ['reloadconfig', 'restart']) {
      assert.match(await daemon.refusal(command), reason);
      assert.equal((await ask(first)).pid, before.pid, `${command} has replaced it`);
      assert.ok(await isRefused(second));
      assert.deepEqual(
        (await daemon.sockets()).map(({ name, port }) => [name, port]),
        [['web', first]],
      );
    }
  }
  const { watchers } = await daemon.call('list');
  assert.deepEqual(watchers, ['web']);
});

function textOf({ folder }: SocketsDaemon, text: string): string {
  return `[circus]\nendpoint = ipc://${folder}/control\npubsub_endpoint = ipc://${folder}/events\n${text}`;
}

test('an unnamed restart keeps sockets that stay: whoever connects meanwhile is served', async (t) => {
  const port = await findFreePort();
  const polite = `cmd = ${serve('web', '--polite')}\ngraceful_timeout = 1`;
  const daemon = await startDaemon(
    t,
    web(port).replace(/cmd = .*/, () => polite),
  );
  const before = await ask(port);
  const restarted = daemon.call('restart', { waiting: true });
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(port)));
  await restarted;
  assert.notEqual((await ask(port)).pid, before.pid);
  assert.equal(answers.length, 10);
});

test('add and set refuse the name of a socket that is not there', async (t) => {
  const daemon = await startDaemon(t, web(0));
  const cmd = 'sleep $(circus.sockets.wbe)';
  const reasons = [
    await daemon.refusal('add', { name: 'x', cmd, options: { use_sockets: true } }),
    await daemon.refusal('set', { name: 'web', options: { cmd } }),
    await daemon.refusal('set', { name: 'web', options: { stdin_socket: 'wbe' } }),
  ];
  for (const reason of reasons) assert.match(reason, /there is no socket 'wbe'/);
  await ask(await daemon.port('web'));
});

test('a socket that cannot be had keeps circusd from starting: socket, address, cause, exit 1', async (t) => {
  const taken = await occupy(t);
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'file'), '');
  const held = await occupyPath(t);
  const attempts: [text: string, message: RegExp][] = [
    [
      `port = ${taken}`,
      new RegExp(`'s' at localhost:${taken}: .*\\(EADDRINUSE\\) by process ${process.pid} `),
    ],
    [`path = ${folder}/file`, /'s' at .*file: the path exists and is no socket/],
    [
      `path = ${held}`,
      new RegExp(`'s' at ${held}: the path is in use by process ${process.pid} .*replace = True`),
    ],
    ['path = /no/such/a.sock', /'s' at \/no\/such\/a\.sock: .*\(ENOENT\): there is no directory/],
    ['port = 0\ninterface = nosuch0', /'s' at localhost:0: interface nosuch0: .*\(ENODEV\)/],
    ['port = 0\ntype = SOCK_RDM', /'s' at localhost:0: the kernel makes no SOCK_RDM .*\(ESOCKT/],
    ['port = 0\nproto = zork', /circus\.ini:\d+: \[socket:s\] proto = zork: there is no protocol/],
    ['host = no.such.invalid', /'s' at no\.such\.invalid:8080: host 'no\.such\.invalid' has no/],
    [
      'port = 0\n[watcher:bad]\ncmd = cat $(circus.sockets.fnie)',
      /circus\.ini:\d+: \[watcher:bad\] cmd = cat .*: there is no socket 'fnie': did you mean fine\?/,
    ],
    [
      'port = 0\n[watcher:bad]\ncmd = cat\nstdin_socket = fnie',
      /circus\.ini:\d+: \[watcher:bad\] stdin_socket = fnie: there is no socket 'fnie'/,
    ],
    ['port = 0\nbaklog = 5', /circus\.ini:\d+: \[socket:s\] baklog = 5: .*did you mean backlog\?/],
  ];
  for (const [text, message] of attempts) {
    const marker = join(folder, 'started');
    const watcher = `[watcher:w]\ncmd = touch ${marker}\n[socket:fine]\npath = ${folder}/fine.sock\n`;
    const { code, log } = await failToStart(t, `${watcher}[socket:s]\n${text}\n`, { folder });
    assert.equal(code, 1, log);
    assert.match(log, message);
    assert.equal(existsSync(marker), false);
    assert.equal(existsSync(join(folder, 'fine.sock')), false, 'nothing is left');
  }
});

test('tells all sockets that cannot be had at once', async (t) => {
  const taken = await occupy(t);
  const { code, log } = await failToStart(
    t,
    `[socket:a]\nport = ${taken}\n[socket:b]\npath = /no/such/b.sock\n`,
  );
  assert.equal(code, 1);
  assert.match(log, /socket 'a' at .*\n.*socket 'b' at /);
});

test('a privileged port is refused with what would help', async (t) => {
  const first = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  if (first <= 80) return t.skip('every port is unprivileged here');
  const isRoot = process.getuid?.() === 0;
  const launcher = isRoot ? ['setpriv', '--bounding-set=-net_bind_service', '--inh-caps=-all'] : [];
  const text = '[socket:s]\nport = 80\nhost = 127.0.0.1\n';
  const { code, log } = await failToStart(t, text, { launcher });
  const message = /'s' at 127\.0\.0\.1:80: permission denied \(EACCES\): ports below 1024 need/;
  assert.equal(code, 1, log);
  assert.match(log, message);
  const daemon = await startDaemon(t, '[socket:fine]\nport = 0\n', { launcher });
  const before = await daemon.sockets();
  const config = `${text}[socket:fine]\nport = 0\n`;
  writeFileSync(join(daemon.folder, 'circus.ini'), textOf(daemon, config));
  assert.match(await daemon.refusal('reloadconfig'), message);
  assert.deepEqual(await daemon.sockets(), before);
});
