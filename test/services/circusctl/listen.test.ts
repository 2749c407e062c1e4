import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Publisher } from 'zeromq';
import { ScriptedDaemon } from '../../libs/client/scripted-daemon.ts';
import { circusctl, startCircusctl } from './run-circusctl.ts';

const events = [
  ['watcher.web.spawn', '{"process_pid": 7, "time": 1.5}'],
  ['watcher.db.reap', '{"process_pid": 8, "time": 2.5}'],
] as const;

/** Publishes the events over and over, and tells their address to who asks at the control endpoint. */
async function publishing(t: TestContext) {
  const publisher = new Publisher({ linger: 0 });
  await publisher.bind('tcp://127.0.0.1:*');
  const address = publisher.lastEndpoint ?? '';
  const daemon = await ScriptedDaemon.start(({ id }) => ({
    status: 'ok',
    id,
    options: { pubsub_endpoint: address },
  }));
  const state = { isOver: false };
  const loop = (async () => {
    for (; !state.isOver; await delay(10)) {
      for (const event of events) await publisher.send([...event]);
    }
  })();
  t.after(async () => {
    state.isOver = true;
    await loop;
    publisher.close();
    daemon.stop();
  });
  return { address, env: { CIRCUSCTL_ENDPOINT: daemon.endpoint } };
}

async function stop(running: ReturnType<typeof startCircusctl>) {
  running.process.kill('SIGINT');
  return await running.ended;
}

test('prints events as they come until interrupted; asks the daemon where they are', async (t) => {
  const { env } = await publishing(t);
  const running = startCircusctl(['listen'], env);
  await running.printed(/^watcher\.web\.spawn: \{"process_pid":7,"time":1\.5\}$/m);
  await running.printed(/^watcher\.db\.reap: /m);
  const { code, stderr } = await stop(running);
  assert.deepEqual([code, stderr], [1, '']);
});

test('takes the address as a word or as --endpoint, and topics as prefixes', async (t) => {
  const { address } = await publishing(t);
  for (const words of [[address], ['--endpoint', address]]) {
    const running = startCircusctl(['listen', 'watcher.db.', ...words]);
    await running.printed(/^watcher\.db\.reap: .*\n.*\n/m);
    const { stdout } = await stop(running);
    assert.doesNotMatch(stdout, /watcher\.web/);
  }
});

test('--json has the topic inside', async (t) => {
  const { env } = await publishing(t);
  const running = startCircusctl(['listen', '--json'], env);
  await running.printed(/^\{"topic":"watcher\.web\.spawn","process_pid":7,"time":1\.5\}$/m);
  await stop(running);
});

test('ends quietly when its reader goes away', async (t) => {
  const { env } = await publishing(t);
  const running = startCircusctl(['listen'], env);
  await running.printed(/^watcher\./);
  running.process.stdout?.destroy();
  const { code, stderr } = await running.ended;
  assert.deepEqual([code, stderr], [0, '']);
});

test('without a daemon to ask it times out, with a hint', async () => {
  const env = { CIRCUSCTL_ENDPOINT: 'ipc:///tmp/circusctl-nobody-is-there' };
  const { code, stderr } = await circusctl(['listen', '--timeout', '0.1'], env);
  assert.equal(code, 1);
  assert.match(stderr, /^Timed out\./);
});
