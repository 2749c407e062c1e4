/** What circusd publishes is what the table of events says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonEventKeys, type EventRow, eventTable, parseTopic } from '#libs/protocol';
import { waitUntil, withDaemon } from '../../daemon/index.ts';

interface Event {
  readonly topic: string;
  readonly [key: string]: unknown;
}

const rows: Readonly<Record<string, EventRow>> = eventTable;

test('every event of a running circusd has the keys of its row and no others', async () => {
  const sections = `
[watcher:web]
cmd = sleep 100
numprocesses = 2
[watcher:aged]
cmd = sleep 100
max_age = 1
max_age_variance = 0
[watcher:missing]
cmd = /nonexistent/program
max_retry = 1`;
  await withDaemon({ sections }, async ({ client }) => {
    const call = (command: string, properties: Record<string, string | boolean | number> = {}) =>
      client.call(command, { name: 'web', waiting: true, ...properties });
    await call('reload');
    await client.call('set', { name: 'web', options: { max_retry: 7 }, waiting: true });
    await call('kill');
    await call('add', { name: 'other', cmd: 'sleep 100', start: true });
    await call('rm', { name: 'other' });
    await call('stop');
    let events: Event[] = [];
    const names = () => new Set(events.map(({ topic }) => parseTopic(topic)?.event ?? ''));
    const wanted = Object.keys(rows).filter((name) => !unpublished.has(name));
    await waitUntil(
      async () => {
        events = (await client.call('events'))['events'] as unknown as Event[];
        return wanted.every((name) => names().has(name));
      },
      { withinMs: 15_000, everyMs: 100 },
      () => `only ${[...names()].join(', ')}`,
    );
    for (const { topic, ...payload } of events) checkPayload(topic, payload);
  });
});

/** Events that need a hook, a readiness probe, a reload or a disk that fails. */
const unpublished = new Set([
  'ready',
  'reload_failed',
  'stream_failed',
  'stream_resumed',
  'hook_success',
  'hook_failure',
]);

function checkPayload(topic: string, payload: Readonly<Record<string, unknown>>): void {
  const row = rows[parseTopic(topic)?.event ?? ''];
  assert.ok(row, topic);
  const keys = { ...commonEventKeys, ...row.keys };
  assert.deepEqual(Object.keys(payload).sort(), Object.keys(keys).sort(), topic);
  for (const [name, { type, isNullable }] of Object.entries<EventRow['keys'][string]>(keys)) {
    const value = payload[name];
    if (value === null) assert.equal(isNullable, true, `${topic}: ${name}`);
    else assert.equal(typeof value, type === 'integer' ? 'number' : type, `${topic}: ${name}`);
  }
}
