/** What the event channel tells, and that the `events` command tells the same again (protocol 3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSubscriber } from '#libs/client';
import { programWords, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const text = `[watcher:Web.One two]
cmd = sleep 600
numprocesses = 2
[watcher:crashing]
cmd = /bin/sh -c 'exit 1'
backoff_max = 0.1
`;

test('seq and wseq have no gaps, and a replay is what the subscriber saw', async (t) => {
  const daemon = await startDaemon(t, text);
  const name = 'web.one two';
  await daemon.running(name, 2);
  await daemon.call('restart', { name, waiting: true });
  await daemon.call('reload', { name, waiting: true });
  await daemon.call('set', {
    name,
    options: { numprocesses: 4, graceful_timeout: 3 },
    waiting: true,
  });
  await daemon.call('decr', { name, nb: 3, waiting: true });
  await daemon.call('stop', { waiting: true });
  await daemon.caughtUp();
  const first = Number(daemon.events[0]?.payload['seq']);
  const replay = (await daemon.replay({ since: first - 1 })).filter(
    ({ topic }) => !String(topic).startsWith('watcher.probe.'),
  );
  const seen = daemon.events.map(({ topic, payload }) => ({ topic, ...payload }));
  assert.deepEqual(replay, seen);
  const all = await daemon.replay();
  assert.deepEqual(
    all.map(({ seq }) => seq),
    all.map((_, index) => index + 1),
  );
  for (const watcher of ['web.one_two', 'crashing']) {
    const own = all.filter(({ topic }) => String(topic).startsWith(`watcher.${watcher}.`));
    assert.ok(own.length > 5);
    assert.deepEqual(
      own.map(({ wseq }) => wseq),
      own.map((_, index) => index + 1),
    );
  }
  const named = await daemon.replay({ name });
  assert.deepEqual(
    named,
    all.filter(({ topic }) => String(topic).startsWith('watcher.web.one_two.')),
  );
  const times = all.map(({ time }) => Number(time));
  const now = Date.now() / 1000;
  for (const time of times) assert.ok(time > now - 600 && time <= now + 1);
});

test('every payload has the keys of its event', async (t) => {
  const daemon = await startDaemon(t, text);
  const name = 'web.one two';
  await daemon.running(name, 2);
  await daemon.call('restart', { name, waiting: true });
  await daemon.call('reload', { name, waiting: true });
  await daemon.awaitEvent('crashing', 'reap');
  await daemon.caughtUp();
  const keys: Readonly<Record<string, readonly string[]>> = {
    spawn: ['process_id', 'process_pid', 'wid'],
    reap: ['backoff', 'exit_code', 'process_pid', 'reason', 'wid'],
    kill: ['process_pid'],
    start: [],
    stop: [],
    reload_started: ['kind'],
    reload: [],
  };
  const met = new Set<string>();
  for (const { event, payload } of daemon.events) {
    const { time, seq, wseq, ...others } = payload;
    assert.deepEqual(Object.keys(others).sort(), keys[event], event);
    assert.equal(
      [time, seq, wseq].every((value) => typeof value === 'number'),
      true,
    );
    if ('process_pid' in payload) assert.equal(typeof payload['process_pid'], 'number');
    met.add(event);
  }
  assert.deepEqual([...met].sort(), Object.keys(keys).sort());
});

test('a subscriber gets what its prefix says, and no more', async (t) => {
  const daemon = await startDaemon(t, text);
  const subscriber = new EventSubscriber(daemon.pubsub, ['watcher.web.one_two.']);
  const topics = new Set<string>();
  t.after(() => subscriber.close());
  void (async () => {
    for await (const { topic } of subscriber) topics.add(topic);
  })();
  await until('events', async () => {
    await daemon.call('restart', { name: 'web.one two', waiting: true });
    return topics.has('watcher.web.one_two.start');
  });
  assert.deepEqual(
    [...topics].filter((topic) => !topic.startsWith('watcher.web.one_two.')),
    [],
  );
});

test('circusctl listen prints a line an event until it is interrupted', async (t) => {
  const daemon = await startDaemon(t, text);
  const listener = daemon.launch(
    programWords('circusctl', 'listen', 'watcher.web.', 'watcher.none.'),
    { CIRCUSCTL_ENDPOINT: daemon.endpoint },
  );
  await until('a line', async () => {
    await daemon.call('restart', { name: 'web.one two', waiting: true });
    return /^watcher\.web\.one_two\.start: \{"time":[\d.]+,/m.test(listener.stdout);
  });
  for (const line of listener.stdout.trimEnd().split('\n')) {
    assert.match(line, /^watcher\.web\.one_two\.\w+: \{.*\}$/);
  }
  listener.kill('SIGINT');
  assert.equal((await listener.ended).code, 1);
});

test('a subscriber that stops reading holds up nobody', async (t) => {
  const daemon = await startDaemon(t, text);
  const sleeper = daemon.launch(programWords('circusctl', '--endpoint', daemon.pubsub, 'listen'));
  await until('it listens', async () => {
    await daemon.call('set', { name: 'crashing', options: { priority: 0 } }).catch(() => undefined);
    return sleeper.stdout.includes('watcher.crashing.');
  });
  sleeper.kill('SIGSTOP');
  const from = daemon.events.length;
  for (let round = 0; round < 5; round += 1) {
    await daemon.call('restart', { name: 'web.one two', waiting: true });
  }
  await daemon.caughtUp();
  assert.equal(daemon.names(from, 'web.one_two').filter((name) => name === 'start').length, 5);
});
