import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CircusClient, ClosedError } from '#libs/client';
import { type Answer, ScriptedDaemon } from './scripted-daemon.ts';

async function connect(t: TestContext, answer: Answer, endpoint?: string) {
  const daemon = await ScriptedDaemon.start(answer, endpoint);
  const client = new CircusClient(daemon.endpoint);
  t.after(() => {
    client.close();
    daemon.stop();
  });
  return { daemon, client };
}

const ok: Answer = ({ id, properties }) => ({ status: 'ok', time: 1, id, ...properties });

test('sends one frame from an identity of 32 hex characters', async (t) => {
  const { daemon, client } = await connect(t, ok);
  assert.deepEqual((await client.call('list', { name: 'web' }))['name'], 'web');
  const [request] = daemon.requests;
  assert.match(request?.identity ?? '', /^[0-9a-f]{32}$/);
  assert.equal(request?.command, 'list');
  assert.deepEqual(daemon.frameCounts, [1]);
});

test('works over ipc', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'circus-client-'));
  t.after(() => rm(folder, { recursive: true }));
  const { client } = await connect(t, ok, `ipc://${join(folder, 'control')}`);
  assert.equal((await client.call('quit'))['status'], 'ok');
});

test('gives every call the reply with its id, whatever the order', async (t) => {
  const held: (() => void)[] = [];
  const { client } = await connect(t, ({ id, properties }, send) => {
    held.unshift(() => send(JSON.stringify({ status: 'ok', id, ...properties })));
    if (held.length === 20) for (const release of held) release();
    return undefined;
  });
  const calls = Array.from({ length: 20 }, (_, n) => client.call('incr', { n }));
  const replies = await Promise.all(calls);
  assert.deepEqual(
    replies.map(({ n }) => n),
    [...replies.keys()],
  );
});

test('takes replies without an id in the order of the calls', async (t) => {
  const { client } = await connect(t, ({ properties }) => ({ status: 'ok', ...properties }));
  const replies = await Promise.all([client.call('a', { n: 1 }), client.call('a', { n: 2 })]);
  assert.deepEqual(
    replies.map(({ n }) => n),
    [1, 2],
  );
});

test('a late reply without an id is not taken for that of the next call', async (t) => {
  const late: (() => void)[] = [];
  const { daemon, client } = await connect(t, ({ properties }, send) => {
    late.push(() => send(JSON.stringify({ status: 'ok', ...properties })));
    if (late.length === 2) for (const release of late) release();
    return undefined;
  });
  await assert.rejects(client.call('a', { n: 1 }, { timeoutMs: 50 }), { name: 'TimeoutError' });
  await daemon.received(({ command }) => command === 'a');
  assert.equal((await client.call('a', { n: 2 }))['n'], 2);
});

test('throws away replies of others and what is no reply', async (t) => {
  const { client } = await connect(t, ({ id }, send) => {
    for (const text of ['{"status":"ok","id":"another"}', 'no json', '[1]', '']) send(text);
    return { status: 'ok', mine: true, id };
  });
  assert.equal((await client.call('list'))['mine'], true);
});

test('an error reply is a ReplyError with the reason, the number and the reply', async (t) => {
  const { client } = await connect(t, ({ id }) => ({
    status: 'error',
    reason: 'why',
    errno: 3,
    id,
  }));
  await assert.rejects(client.call('list'), (error: Error & Record<string, unknown>) => {
    assert.equal(error.name, 'ReplyError');
    assert.equal(error.message, 'why');
    assert.equal(error['errno'], 3);
    assert.equal(Object(error['reply']).status, 'error');
    return true;
  });
});

test('nobody there is a TimeoutError that names the address and the time', async (t) => {
  const client = new CircusClient('ipc:///tmp/circus-nobody-is-there', { timeoutMs: 60 });
  t.after(() => client.close());
  await assert.rejects(client.call('list'), {
    name: 'TimeoutError',
    endpoint: 'ipc:///tmp/circus-nobody-is-there',
    timeoutMs: 60,
  });
});

test('a daemon that comes up later gets what was sent before', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'circus-client-'));
  t.after(() => rm(folder, { recursive: true }));
  const endpoint = `ipc://${join(folder, 'control')}`;
  const client = new CircusClient(endpoint);
  const reply = client.call('list');
  const daemon = await ScriptedDaemon.start(ok, endpoint);
  t.after(() => {
    client.close();
    daemon.stop();
  });
  assert.equal((await reply)['status'], 'ok');
});

test('an unusable address is an EndpointError that says what would be right', async () => {
  for (const endpoint of ['foo', 'tcp://127.0.0.1', 'http://a:1', '']) {
    const client = new CircusClient(endpoint);
    await assert.rejects(client.call('list'), { name: 'EndpointError', message: /tcp:\/\/<host>/ });
    client.close();
  }
});

test('closing rejects what is awaited and all that follows', async (t) => {
  const { client } = await connect(t, () => undefined);
  const call = client.call('list');
  client.close();
  await assert.rejects(call, { name: 'ClosedError' });
  await assert.rejects(client.call('list'), ClosedError);
  client.close();
});

test('a cast arrives though the client is closed at once', async (t) => {
  const { daemon, client } = await connect(t, () => undefined);
  await client.cast('stop', { name: 'web' });
  client.close();
  const { properties } = await daemon.received(({ msg_type }) => msg_type === 'cast');
  assert.deepEqual(properties, { name: 'web' });
});
