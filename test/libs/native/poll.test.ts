import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createPipe, DescriptorPoll, openSocket } from '#libs/native';

const childMarker = 'CIRCUS_TEST_POLL_CHILD';

if (process.env[childMarker] !== undefined) {
  new DescriptorPoll().watch(createPipe().readFd, () => undefined);
  setTimeout(() => process.exit(7), 50);
}

function openPoll(t: TestContext): DescriptorPoll {
  const poll = new DescriptorPoll();
  t.after(() => poll.close());
  return poll;
}

function openPipe(t: TestContext) {
  const pipe = createPipe();
  t.after(() => {
    closeSync(pipe.readFd);
    closeSync(pipe.writeFd);
  });
  return pipe;
}

async function readable(poll: DescriptorPoll, fd: number): Promise<void> {
  await new Promise<void>((resolve) => poll.watch(fd, resolve));
}

test('reports a descriptor once, when it has something to read', async (t) => {
  const poll = openPoll(t);
  const { readFd, writeFd } = openPipe(t);
  let reports = 0;
  poll.watch(readFd, () => {
    reports += 1;
  });
  await delay(20);
  assert.equal(reports, 0);
  writeSync(writeFd, 'x');
  await delay(50);
  assert.equal(reports, 1);
  await readable(poll, readFd);
});

test('watches more while it waits, and forgets what is unwatched', async (t) => {
  const poll = openPoll(t);
  const [first, second] = [openPipe(t), openPipe(t)];
  poll.watch(first.readFd, () => assert.fail('was unwatched'));
  const reported = readable(poll, second.readFd);
  poll.unwatch(first.readFd);
  writeSync(first.writeFd, 'x');
  writeSync(second.writeFd, 'x');
  await reported;
});

test('sees a connection on a listening socket and leaves it there', async (t) => {
  const socket = openSocket({
    name: 's',
    family: 'AF_INET',
    type: 'SOCK_STREAM',
    protocol: 0,
    address: { host: '127.0.0.1', port: 0 },
    backlog: 5,
    isBlocking: true,
    interface: null,
    isShared: false,
    isV6Only: false,
    umask: null,
    mayReplace: false,
  });
  t.after(() => socket.close());
  const poll = openPoll(t);
  const reported = readable(poll, socket.fd);
  const client = connect({
    host: '127.0.0.1',
    port: 'port' in socket.address ? socket.address.port : 0,
  });
  await reported;
  await readable(poll, socket.fd);
  client.destroy();
});

test('uses no thread any more when it is closed', async (t) => {
  const poll = openPoll(t);
  const { readFd } = openPipe(t);
  poll.watch(readFd, () => undefined);
  poll.close();
  // As many waits as there are threads: one that was still taken would show.
  const others = Array.from({ length: 4 }, () => ({ poll: openPoll(t), pipe: openPipe(t) }));
  const reports = others.map(({ poll: other, pipe }) => readable(other, pipe.readFd));
  for (const { pipe } of others) writeSync(pipe.writeFd, 'x');
  await Promise.all(reports);
});

test('does not keep a program from leaving by process.exit', (t) => {
  if (process.env[childMarker] !== undefined) return t.skip('this is the program');
  const { status, signal } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...process.env, [childMarker]: '1', NODE_TEST_CONTEXT: '' },
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  assert.deepEqual([status, signal], [7, null]);
});
