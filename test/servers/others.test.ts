/** Servers that are not WSGI: Node, datagrams, socket activation, and a whole stack (manual 5.7.4). */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { test } from 'node:test';
import { until, within } from '../system/until.ts';
import { hasAll, pidIn, startExample } from './example.ts';

test('node.ini: a Node http server', async (t) => {
  const example = await startExample(t, 'node.ini');
  await example.checkLife('web', () => example.fetch(8080));
});

test('udp.ini: processes that answer datagrams', async (t) => {
  const example = await startExample(t, 'udp.ini');
  const port = example.port(9999);
  const { daemon } = example;
  assert.match(await askByDatagram(port, 'salut'), /^process \d+ has read: salut$/);
  await example.checkLife('echo', () => askByDatagram(port, 'hello'));
  assert.equal((await daemon.pids('echo')).length, 2);
});

test('activated.ini: a program made for socket activation comes and goes with its clients', async (t) => {
  const example = await startExample(t, 'activated.ini', '[env:activated]\nIDLE_SECONDS = 0.3');
  const { daemon } = example;
  assert.deepEqual(await daemon.pids('activated'), []);
  const ask = () => example.fetch(8080);
  const first = await ask();
  assert.match(first, /^hello from process \d+, which serves web$/m);
  await until('it waits again', async () => (await daemon.status('activated')) === 'stopped');
  assert.deepEqual(await daemon.pids('activated'), []);
  const second = await ask();
  assert.notEqual(pidIn(second), pidIn(first));
});

test('stack.ini: nginx in front of a UNIX socket, and Redis beside it', async (t) => {
  if (!hasAll(t, 'nginx', 'redis-server')) return;
  const example = await startExample(t, 'stack.ini');
  const { daemon } = example;
  await until('nginx listens', () => isListening(example.port(8080)));
  await example.checkLife('web', () => example.fetch(8080));
  await until('Redis listens', () => isListening(example.port(6380)));
  assert.equal(await pingRedis(example.port(6380)), '+PONG\r\n');
  const [redis = 0] = await daemon.pids('redis');
  process.kill(redis, 'SIGKILL');
  await until(
    'another Redis',
    () => daemon.pids('redis'),
    (pids) => pids.length === 1 && !pids.includes(redis),
  );
  await until('it listens', () => isListening(example.port(6380)));
  assert.equal(await pingRedis(example.port(6380)), '+PONG\r\n');
  await daemon.call('restart', { name: 'nginx', waiting: true });
  await until('nginx listens', () => isListening(example.port(8080)));
  assert.match(await example.fetch(8080), /^hello from process/);
});

/** What comes back for a datagram. */
async function askByDatagram(port: number, text: string): Promise<string> {
  const socket = createSocket('udp4');
  try {
    const answer = new Promise<string>((resolve, reject) => {
      socket.on('message', (message) => resolve(message.toString()));
      socket.on('error', reject);
    });
    socket.send(text, port, '127.0.0.1');
    return await within('an answer to a datagram', answer, 10_000);
  } finally {
    socket.close();
  }
}

/** Whether a connection is accepted, for servers that bind for themselves. */
async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

async function pingRedis(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    const answer = new Promise<string>((resolve, reject) => {
      socket.setEncoding('utf8').on('data', resolve).on('error', reject);
    });
    socket.write('PING\r\n');
    return await within('an answer of Redis', answer, 10_000);
  } finally {
    socket.destroy();
  }
}
