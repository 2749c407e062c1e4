import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Publisher } from 'zeromq';
import { EventSubscriber, type ReceivedEvent } from '#libs/client';

/** Publishes all messages over and over until the subscriber has what it waits for. */
async function collect(
  t: TestContext,
  messages: readonly (readonly [string, string])[],
  topics: readonly string[],
  count: number,
): Promise<ReceivedEvent[]> {
  const publisher = new Publisher({ linger: 0 });
  await publisher.bind('tcp://127.0.0.1:*');
  const subscriber = new EventSubscriber(publisher.lastEndpoint ?? '', topics);
  let isDone = false;
  t.after(() => publisher.close());
  const publishing = (async () => {
    for (; !isDone; await delay(10))
      for (const message of messages) await publisher.send([...message]);
  })();
  const received: ReceivedEvent[] = [];
  for await (const event of subscriber) {
    received.push(event);
    if (received.length === count) break;
  }
  isDone = true;
  await publishing;
  return received;
}

test('gives topics and payloads, and skips what is no JSON object', async (t) => {
  const messages = [
    ['watcher.web.spawn', '{"process_pid":1}'],
    ['watcher.web.spawn', 'no json'],
    ['watcher.web.spawn', '[1]'],
  ] as const;
  const expected = { topic: 'watcher.web.spawn', payload: { process_pid: 1 } };
  assert.deepEqual(await collect(t, messages, [], 3), [expected, expected, expected]);
});

test('gives only topics that begin as asked', async (t) => {
  const messages = [
    ['watcher.a.stop', '{}'],
    ['watcher.b.stop', '{}'],
    ['watcher.c.stop', '{}'],
  ] as const;
  const received = await collect(t, messages, ['watcher.a.', 'watcher.c'], 4);
  const topics = new Set(received.map(({ topic }) => topic));
  assert.deepEqual([...topics].sort(), ['watcher.a.stop', 'watcher.c.stop']);
});

test('closing ends the loop, before and while it waits', async () => {
  for (const delayMs of [0, 30]) {
    const subscriber = new EventSubscriber('tcp://127.0.0.1:9');
    const loop = (async () => {
      for await (const event of subscriber) assert.fail(event.topic);
    })();
    await delay(delayMs);
    subscriber.close();
    await loop;
  }
});

test('an unusable address is an EndpointError', async () => {
  await assert.rejects(new EventSubscriber('foo').open(), { name: 'EndpointError' });
});
