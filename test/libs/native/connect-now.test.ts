import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectNow, findPeer, type SocketAddress } from '#libs/native';

function connectTo(address: SocketAddress): number | undefined {
  const peer = findPeer(address);
  assert.ok(peer);
  return connectNow(peer);
}

async function withServer(
  where: { path: string } | { port: number; host: string },
  use: (address: SocketAddress) => Promise<void> | void,
): Promise<void> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(where, listening));
  try {
    const accepted = new Promise((seen) => server.once('connection', seen));
    const address = server.address() as AddressInfo | string;
    await use(
      typeof address === 'string'
        ? { path: address }
        : { host: address.address, port: address.port },
    );
    await accepted;
  } finally {
    server.close();
  }
}

for (const host of ['127.0.0.1', '::1']) {
  test(`connects to ${host} at once`, async () => {
    await withServer({ host, port: 0 }, (address) => {
      const fd = connectTo(address);
      assert.ok(fd !== undefined);
      closeSync(fd);
    });
  });
}

test('connects to a UNIX socket; a path without one is ENOENT', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'circus-'));
  try {
    const path = join(folder, 'socket');
    await withServer({ path }, (address) => {
      const fd = connectTo(address);
      assert.ok(fd !== undefined);
      closeSync(fd);
    });
    assert.throws(() => connectTo({ path: join(folder, 'none') }), { code: 'ENOENT' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a port where nobody listens is ECONNREFUSED; a name is not looked up', () => {
  assert.throws(() => connectTo({ host: '127.0.0.1', port: 1 }), { code: 'ECONNREFUSED' });
  assert.equal(findPeer({ host: 'localhost', port: 1 }), undefined);
});
