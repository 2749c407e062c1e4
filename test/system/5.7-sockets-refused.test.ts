/** Sockets that cannot be had: what is told of them, and that nothing has changed (manual 5.7, protocol 7.9). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findFreePort } from '../daemon/free-ports.ts';
import {
  ask,
  failToStart,
  makeFolder,
  type SocketsDaemon,
  serve,
  startDaemon,
} from './sockets-daemon.ts';
import { isRefused, web } from './web-socket.ts';

/** Listens there until the test ends. */
async function occupy(
  t: TestContext,
  where: { port: number; host: string } | { path: string },
): Promise<void> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(where, listening));
  t.after(() => server.close());
}

async function occupyPort(t: TestContext): Promise<number> {
  const port = await findFreePort();
  await occupy(t, { port, host: '127.0.0.1' });
  return port;
}

async function occupyPath(t: TestContext): Promise<string> {
  const path = join(makeFolder(t), 'held.sock');
  await occupy(t, { path });
  return path;
}

test('a reload that cannot have every socket changes nothing', async (t) => {
  const [first, second] = [await findFreePort(), await findFreePort()];
  const taken = await occupyPort(t);
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
  const taken = await occupyPort(t);
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
  const taken = await occupyPort(t);
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
