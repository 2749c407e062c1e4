/** Sockets that are handed over or changed (manual 5.7, protocol 7.9). */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '#libs/protocol';
import { findFreePort } from '../daemon/free-ports.ts';
import { ask, fixture, makeFolder, python, serve, startDaemon } from './sockets-daemon.ts';
import { until } from './until.ts';
import { isRefused, web } from './web-socket.ts';

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
