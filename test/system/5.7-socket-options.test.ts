/** Every row of `[socket:NAME]`, observed on sockets that a running circusd holds (protocol 6.4). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, lstatSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { type SocketOptions, socketTable } from '#libs/config';
import { findFreePort } from '../daemon/free-ports.ts';
import { type Inheritance, inherit, readInheritances, type SeenSocket } from './inherited.ts';
import {
  ask,
  exchange,
  failToStart,
  makeFolder,
  type SocketsDaemon,
  serve,
  startDaemon,
} from './sockets-daemon.ts';

/** A daemon with the sockets of one row, and what two of its processes see of them. */
interface Scene {
  readonly daemon: SocketsDaemon;
  readonly processes: readonly [Inheritance, Inheritance];
  /** As the first of them sees it. */
  seen(name: string): SeenSocket;
}

const isRoot = process.getuid?.() === 0;
const protocols = { icmp: 1, tcp: 6, udp: 17 };

/** Starts a daemon with these sockets, each a name and its options. */
async function stage(
  t: TestContext,
  sockets: Readonly<Record<string, string>>,
  { folder = makeFolder(t), more = '' } = {},
): Promise<Scene> {
  const sections = Object.entries(sockets).map(([name, text]) => `[socket:${name}]\n${text}\n`);
  const daemon = await startDaemon(
    t,
    `[watcher:seer]
cmd = ${inherit(folder, 'seer', Object.keys(sockets))}
use_sockets = True
numprocesses = 2
${more}
${sections.join('')}`,
    { folder },
  );
  const [first, second] = await readInheritances(daemon, 'seer', 2);
  assert.ok(first && second);
  const seen = (name: string): SeenSocket => {
    const socket = first.sockets[name];
    assert.ok(socket, name);
    return socket;
  };
  return { daemon, processes: [first, second], seen };
}

/** Column Send-Q of ss: for a socket that listens, how many connections may wait. */
function backlogOf(port: number): number {
  const row = execFileSync('ss', ['-Hltn', `sport = :${port}`], { encoding: 'utf8' });
  return Number(row.split(/\s+/)[2]);
}

const observations: Readonly<Record<keyof SocketOptions, (t: TestContext) => Promise<void>>> = {
  host: async (t) => {
    const sockets = {
      usual: 'port = 0',
      two: 'port = 0\nhost = 127.0.0.2',
      all: 'port = 0\nhost =',
    };
    const { daemon, seen } = await stage(t, sockets, {
      more: `[watcher:serving]\ncmd = ${serve('two')}\nuse_sockets = True\n`,
    });
    const hosts = Object.keys(sockets).map((name) => seen(name).address[0]);
    assert.deepEqual(hosts, ['127.0.0.1', '127.0.0.2', '0.0.0.0']);
    const port = await daemon.port('two');
    await exchange({ host: '127.0.0.2', port });
    await assert.rejects(exchange({ host: '127.0.0.1', port }), { code: 'ECONNREFUSED' });
  },

  port: async (t) => {
    const port = await findFreePort();
    const { daemon, seen } = await stage(t, { fixed: `port = ${port}`, any: 'port = 0' });
    assert.equal(seen('fixed').address[1], port);
    const any = await daemon.port('any');
    assert.ok(any > 0);
    assert.equal(seen('any').address[1], any);
    assert.equal(await daemon.port('fixed'), port);
  },

  family: async (t) => {
    const port = await findFreePort();
    const folder = makeFolder(t);
    const { seen } = await stage(
      t,
      {
        four: `port = ${port}`,
        six: `family = AF_INET6\nport = ${port}`,
        unix: `family = AF_UNIX\npath = ${folder}/u.sock`,
      },
      { folder },
    );
    const families = ['four', 'six', 'unix'].map((name) => seen(name).family);
    assert.deepEqual(families, ['AF_INET', 'AF_INET6', 'AF_UNIX']);
    assert.deepEqual(seen('six').address.slice(0, 2), ['::1', port]);
    assert.equal(seen('six').v6only, true, 'IPv4 has a socket of its own at this port');
  },

  type: async (t) => {
    const folder = makeFolder(t);
    const { seen } = await stage(
      t,
      {
        usual: 'port = 0',
        datagrams: 'type = SOCK_DGRAM\nport = 0',
        letters: `type = SOCK_DGRAM\npath = ${folder}/d.sock`,
        packets: `type = SOCK_SEQPACKET\npath = ${folder}/p.sock`,
        ...(isRoot ? { raw: 'type = SOCK_RAW\nproto = icmp\nport = 0' } : {}),
      },
      { folder },
    );
    const facts = (name: string): unknown[] => [seen(name).type, seen(name).listens];
    assert.deepEqual(facts('usual'), ['SOCK_STREAM', true]);
    assert.deepEqual(facts('datagrams'), ['SOCK_DGRAM', false]);
    assert.deepEqual(facts('letters'), ['SOCK_DGRAM', false]);
    assert.deepEqual(facts('packets'), ['SOCK_SEQPACKET', true]);
    if (isRoot) assert.deepEqual(facts('raw'), ['SOCK_RAW', false]);
    const { code, log } = await failToStart(t, '[socket:s]\ntype = SOCK_RDM\nport = 0\n');
    assert.equal(code, 1);
    assert.match(log, /'s' at localhost:0: the kernel makes no SOCK_RDM /);
  },

  proto: async (t) => {
    const sockets = {
      usual: 'port = 0',
      named: 'type = SOCK_DGRAM\nport = 0\nproto = udp',
      number: `port = 0\nproto = ${protocols.tcp}`,
      ...(isRoot ? { ping: 'type = SOCK_RAW\nport = 0\nproto = icmp' } : {}),
    };
    const { seen } = await stage(t, sockets);
    assert.equal(seen('usual').proto, protocols.tcp);
    assert.equal(seen('named').proto, protocols.udp);
    assert.equal(seen('number').proto, protocols.tcp);
    if (isRoot) assert.equal(seen('ping').proto, protocols.icmp);
  },

  path: async (t) => {
    const folder = makeFolder(t);
    const path = join(folder, 'web.sock');
    const { daemon, seen } = await stage(
      t,
      { web: `path = ${path}\nhost = ignored.invalid\nport = 1` },
      { folder, more: `[watcher:serving]\ncmd = ${serve('web')}\nuse_sockets = True\n` },
    );
    assert.deepEqual([seen('web').family, seen('web').address], ['AF_UNIX', path]);
    assert.ok(lstatSync(path).isSocket());
    await ask(path);
    await daemon.stop();
    assert.equal(existsSync(path), false, 'removed when circusd ends');
  },

  umask: async (t) => {
    const folder = makeFolder(t);
    const at = (name: string): string => `path = ${folder}/${name}.sock`;
    await stage(
      t,
      { usual: at('usual'), own: `${at('own')}\numask = 077`, open: `${at('open')}\numask = 0` },
      { folder },
    );
    const modes = ['usual', 'own', 'open'].map((name) => {
      return lstatSync(join(folder, `${name}.sock`)).mode & 0o777;
    });
    assert.deepEqual(modes, [0o777 & ~process.umask(), 0o700, 0o777]);
  },

  replace: async (t) => {
    const folder = makeFolder(t);
    const path = join(folder, 'web.sock');
    await leaveSocket(path);
    const old = lstatSync(path).ino;
    const { code, log } = await failToStart(t, `[socket:s]\npath = ${path}\n`, { folder });
    assert.equal(code, 1);
    assert.match(log, /'s' at .*web\.sock: .*\(EADDRINUSE\).*replace = True/);
    assert.equal(lstatSync(path).ino, old, 'left alone');
    await stage(
      t,
      { web: `path = ${path}\nreplace = True` },
      { folder, more: `[watcher:serving]\ncmd = ${serve('web')}\nuse_sockets = True\n` },
    );
    assert.notEqual(lstatSync(path).ino, old);
    await ask(path);
  },

  interface: async (t) => {
    if (!isRoot) return t.skip('needs root to bind to an interface');
    const { seen } = await stage(t, { usual: 'port = 0', lo: 'port = 0\ninterface = lo' });
    assert.deepEqual([seen('usual').interface, seen('lo').interface], ['', 'lo']);
  },

  so_reuseport: async (t) => {
    const { daemon, processes } = await stage(t, {
      one: 'port = 0',
      each: 'port = 0\nso_reuseport = True',
    });
    const port = await daemon.port('each');
    for (const { sockets } of processes) {
      assert.deepEqual([sockets['one']?.shared, sockets['each']?.shared], [false, true]);
      assert.equal(sockets['each']?.listens, true);
      assert.equal(sockets['each']?.address[1], port);
    }
    const [ones, eaches] = ['one', 'each'].map((name) => {
      return new Set(processes.map(({ sockets }) => sockets[name]?.link));
    });
    assert.deepEqual([ones?.size, eaches?.size], [1, 2], 'a socket for all, a socket for each');
  },

  backlog: async (t) => {
    const { daemon } = await stage(t, { usual: 'port = 0', short: 'port = 0\nbacklog = 33' });
    const most = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
    assert.equal(backlogOf(await daemon.port('usual')), Math.min(2048, most));
    assert.equal(backlogOf(await daemon.port('short')), 33);
    assert.equal((await daemon.socket('short')).backlog, 33);
  },

  blocking: async (t) => {
    const { seen } = await stage(t, { usual: 'port = 0', loop: 'port = 0\nblocking = False' });
    assert.deepEqual([seen('usual').blocking, seen('loop').blocking], [true, false]);
  },
};

/** A socket file that nobody listens at, as a circusd leaves it that is killed. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(`${path}.first`, listening));
  linkSync(`${path}.first`, path);
  await new Promise((closed) => server.close(closed));
}

before(() => {
  const rows = socketTable.map(({ name }) => name);
  assert.deepEqual(
    Object.keys(observations).sort(),
    rows.toSorted(),
    'an observation for each row',
  );
});

for (const [name, observe] of Object.entries(observations)) {
  test(`a live socket shows its ${name}`, observe);
}
