import assert from 'node:assert/strict';
import { closeSync, existsSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  adoptSocket,
  constants,
  getSocketOption,
  isBlocking,
  isListening,
  type ListeningSocket,
  openSocket,
  readInterface,
  readLocalAddress,
  requireInterface,
  resolveProtocol,
  SocketError,
  type SocketRequest,
  socketTypes,
} from '#libs/native';

const { SOL_SOCKET, SO_REUSEADDR, SO_REUSEPORT, SO_TYPE, SO_PROTOCOL, IPPROTO_IPV6, IPV6_V6ONLY } =
  constants;

const plain: SocketRequest = {
  name: 's',
  family: 'AF_INET',
  type: 'SOCK_STREAM',
  protocol: 0,
  address: { host: 'localhost', port: 0 },
  backlog: 16,
  isBlocking: true,
  interface: null,
  isShared: false,
  isV6Only: false,
  umask: null,
  mayReplace: false,
};

function open(t: TestContext, request: Partial<SocketRequest>): ListeningSocket {
  const socket = openSocket({ ...plain, ...request });
  t.after(() => socket.close());
  return socket;
}

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-sockets-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function portOf({ address }: ListeningSocket): number {
  return 'port' in address ? address.port : 0;
}

function refusalOf(request: Partial<SocketRequest>): SocketError {
  try {
    openSocket({ ...plain, ...request }).close();
  } catch (error) {
    assert.ok(error instanceof SocketError);
    return error;
  }
  assert.fail('the socket was opened');
}

async function isAnswered(options: { port: number; host: string } | { path: string }) {
  const socket = connect(options);
  const connected = await new Promise<boolean>((resolve) => {
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
  });
  socket.destroy();
  return connected;
}

test('binds and listens, close-on-exec, with the port that it got', async (t) => {
  const socket = open(t, {});
  assert.ok(portOf(socket) > 0);
  assert.deepEqual(readLocalAddress(socket.fd)?.address, socket.address);
  assert.ok(isListening(socket.fd));
  assert.ok(socket.fd >= 1024, 'out of the way of what children are given');
  assert.ok(await isAnswered({ host: '127.0.0.1', port: portOf(socket) }));
  socket.close();
  assert.equal(await isAnswered({ host: '127.0.0.1', port: portOf(socket) }), false);
});

test('takes localhost and no host for what they mean in each family', (t) => {
  const hosts: [SocketRequest['family'], string, string][] = [
    ['AF_INET', 'localhost', '127.0.0.1'],
    ['AF_INET', 'LocalHost', '127.0.0.1'],
    ['AF_INET6', 'localhost', '::1'],
    ['AF_INET', '127.0.0.5', '127.0.0.5'],
    ['AF_INET', '', '0.0.0.0'],
    ['AF_INET6', '', '::'],
  ];
  for (const [family, host, expected] of hosts) {
    const { address } = open(t, { family, address: { host, port: 0 } });
    assert.equal('host' in address && address.host, expected);
  }
});

test('sets each option as it is asked for', (t) => {
  const option = ({ fd }: ListeningSocket, name: number) => getSocketOption(fd, SOL_SOCKET, name);
  const usual = open(t, {});
  assert.equal(option(usual, SO_REUSEADDR), 1);
  assert.equal(option(usual, SO_REUSEPORT), 0);
  assert.equal(isBlocking(usual.fd), true);
  assert.equal(readInterface(usual.fd), '');
  assert.equal(isBlocking(open(t, { isBlocking: false }).fd), false);
  assert.equal(option(open(t, { isShared: true }), SO_REUSEPORT), 1);
  assert.equal(option(open(t, { protocol: resolveProtocol('tcp') }), SO_PROTOCOL), 6);
  assert.equal(isListening(open(t, { listens: false }).fd), false);
  const six = open(t, { family: 'AF_INET6', isV6Only: true });
  assert.equal(getSocketOption(six.fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
  if (process.getuid?.() === 0) assert.equal(readInterface(open(t, { interface: 'lo' }).fd), 'lo');
});

test('makes each type that the kernel has of a family, and refuses the others clearly', (t) => {
  const folder = makeFolder(t);
  const path = (type: string) => ({ path: join(folder, type) });
  const types = ['SOCK_STREAM', 'SOCK_DGRAM', 'SOCK_SEQPACKET'] as const;
  for (const type of types) {
    const { fd } = open(t, { family: 'AF_UNIX', type, address: path(type) });
    assert.equal(getSocketOption(fd, SOL_SOCKET, SO_TYPE), socketTypes[type]);
    assert.equal(isListening(fd), type !== 'SOCK_DGRAM');
  }
  const udp = open(t, { type: 'SOCK_DGRAM' });
  assert.equal(getSocketOption(udp.fd, SOL_SOCKET, SO_REUSEADDR), 1);
  for (const type of ['SOCK_RDM', 'SOCK_SEQPACKET'] as const) {
    const error = refusalOf({ type });
    assert.equal(error.code, 'ESOCKTNOSUPPORT');
    assert.match(error.message, new RegExp(`socket 's' at localhost:0: .* ${type} .* AF_INET`));
  }
});

test('makes a UNIX socket under its umask and removes it, unless it is another one by then', (t) => {
  const folder = makeFolder(t);
  const address = { path: join(folder, 'a.sock') };
  const before = process.umask();
  const socket = open(t, { family: 'AF_UNIX', address, umask: 0o027 });
  assert.equal(lstatSync(address.path).mode & 0o777, 0o750);
  assert.equal(process.umask(), before);
  assert.deepEqual(socket.address, address);
  socket.close();
  assert.equal(existsSync(address.path), false);

  const again = open(t, { family: 'AF_UNIX', address });
  rmSync(address.path);
  const other = open(t, { family: 'AF_UNIX', address });
  again.close();
  assert.ok(existsSync(address.path), 'it is not ours any more');
  other.close();
});

test('replaces a socket only when asked to, and puts it back when undone', async (t) => {
  const folder = makeFolder(t);
  const address = { path: join(folder, 'a.sock') };
  const first = open(t, { family: 'AF_UNIX', address });
  const error = refusalOf({ family: 'AF_UNIX', address });
  assert.equal(error.code, 'EADDRINUSE');
  assert.match(
    error.message,
    /a\.sock: the path is in use by this circusd itself .*replace = True/,
  );
  const second = openSocket({ ...plain, family: 'AF_UNIX', address, mayReplace: true });
  assert.ok(await isAnswered(address));
  second.undo();
  assert.ok(await isAnswered(address), 'the first is reachable again');
  const third = open(t, { family: 'AF_UNIX', address, mayReplace: true });
  third.keep();
  first.close();
  assert.ok(existsSync(address.path));
});

test('never removes what is no socket', (t) => {
  const path = join(makeFolder(t), 'notes');
  writeFileSync(path, 'keep');
  const error = refusalOf({ family: 'AF_UNIX', address: { path }, mayReplace: true });
  assert.equal(error.code, 'EEXIST');
  assert.match(error.message, /is no socket/);
});

test('says what stands in the way, and what to do', (t) => {
  const holder = open(t, {});
  const port = portOf(holder);
  const cases: [Partial<SocketRequest>, string, RegExp][] = [
    [{ address: { host: '127.0.0.1', port } }, 'EADDRINUSE', /127\.0\.0\.1:\d+: .*by this circusd/],
    [{ address: { host: '', port } }, 'EADDRINUSE', /\*:\d+: .*by this circusd/],
    [{ address: { host: '192.0.2.1', port: 0 } }, 'EADDRNOTAVAIL', /no interface of this machine/],
    [{ address: { host: 'no.such.invalid', port: 0 } }, 'ENOTFOUND', /no\.such\.invalid/],
    [
      { family: 'AF_UNIX', address: { path: '/no/such/a.sock' } },
      'ENOENT',
      /no directory \/no\/such, create it/,
    ],
    [{ interface: 'nosuch0' }, 'ENODEV', /interface nosuch0: no such device .*there are .*lo/],
  ];
  for (const [request, code, message] of cases) {
    const error = refusalOf(request);
    assert.deepEqual([error.code, error.socket], [code, 's']);
    assert.match(error.message, message);
  }
  assert.throws(() => requireInterface({ ...plain, interface: 'nosuch0' }), { code: 'ENODEV' });
});

test('finds a UDP port in use, although both sockets allow reuse', (t) => {
  const holder = open(t, { type: 'SOCK_DGRAM' });
  const address = { host: '127.0.0.1', port: portOf(holder) };
  assert.equal(refusalOf({ type: 'SOCK_DGRAM', address }).code, 'EADDRINUSE');
});

test('leaves no descriptor of a socket that fails', (t) => {
  const holder = open(t, {});
  const before = openCount();
  for (let count = 0; count < 20; count += 1) refusalOf({ address: holder.address });
  assert.equal(openCount(), before);
});

function openCount(): number {
  const socket = openSocket(plain);
  socket.close();
  return socket.fd;
}

test('adopts a socket with its address, and leaves its file to its maker', (t) => {
  const path = join(makeFolder(t), 'a.sock');
  const address = { path };
  const made = openSocket({ ...plain, family: 'AF_UNIX', address, listens: false });
  const adopted = adoptSocket({ ...plain, family: 'AF_UNIX', address, isBlocking: false }, made.fd);
  assert.deepEqual(adopted.address, address);
  assert.ok(isListening(adopted.fd));
  assert.equal(isBlocking(adopted.fd), false);
  adopted.close();
  assert.ok(existsSync(path));
  assert.throws(() => closeSync(made.fd), { code: 'EBADF' });
});

test('knows protocols by name', () => {
  assert.equal(resolveProtocol('UDP'), 17);
  assert.equal(resolveProtocol(6), 6);
  assert.throws(() => resolveProtocol('zork'), /there is no protocol "zork"/);
});
