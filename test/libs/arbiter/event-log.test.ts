import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublishedEvent } from '#libs/protocol';
import { EventLog } from '../../../libs/arbiter/event-log.ts';

function newLog(): { log: EventLog; published: PublishedEvent[] } {
  const published: PublishedEvent[] = [];
  return { log: new EventLog((event) => published.push(event)), published };
}

test('numbers events, and those of each watcher', () => {
  const { log, published } = newLog();
  log.publish('Web One', 'spawn', { process_pid: 7 }, 1.5);
  log.publish('db', 'start', {}, 2);
  log.publish('web one', 'start', {}, 3);
  assert.deepEqual(published, [
    { topic: 'watcher.web_one.spawn', payload: { time: 1.5, process_pid: 7, seq: 1, wseq: 1 } },
    { topic: 'watcher.db.start', payload: { time: 2, seq: 2, wseq: 1 } },
    { topic: 'watcher.web_one.start', payload: { time: 3, seq: 3, wseq: 2 } },
  ]);
});

test('replays what was published, from a number on and of one watcher', () => {
  const { log, published } = newLog();
  assert.deepEqual(log.replay(0), { events: [], oldest: 0, newest: 0 });
  // Names that are each other's beginning.
  for (const name of ['web', 'web.one', 'web', 'webs']) log.publish(name, 'start', {}, 1);
  assert.deepEqual(log.replay(0).events, published);
  assert.deepEqual(log.replay(2).events, published.slice(2));
  assert.deepEqual(log.replay(4), { events: [], oldest: 1, newest: 4 });
  assert.deepEqual(log.replay(99).events, []);
  assert.deepEqual(log.replay(0, 'web').events, [published[0], published[2]]);
  assert.deepEqual(log.replay(0, 'web.one').events, [published[1]]);
  assert.deepEqual(log.replay(0, 'WEB').events, [published[0], published[2]]);
});

test('keeps the last 10 000 events and says from where on', () => {
  const { log, published } = newLog();
  for (let count = 0; count < 10_000; count += 1) log.publish('web', 'spawn', {}, count);
  assert.equal(log.replay(0).oldest, 1);
  assert.equal(log.replay(0).events.length, 10_000);
  for (let count = 0; count < 2_345; count += 1) log.publish('web', 'spawn', {}, count);
  const { events, oldest, newest } = log.replay(0);
  assert.deepEqual([events.length, oldest, newest], [10_000, 2_346, 12_345]);
  assert.deepEqual(events, published.slice(2_345));
});
