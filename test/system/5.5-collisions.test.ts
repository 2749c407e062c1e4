/** Commands never collide: no daemon-wide lock, the later stop wins, the end overtakes everything. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CircusClient } from '#libs/client';
import { configText, isRunning, makeFolder, startDaemon } from './daemon.ts';
import { runningBelow } from './process-table.ts';
import { until, within } from './until.ts';

test('20 restarts from 20 clients at once: only the watcher that ignores TERM is late', async (t) => {
  const names = Array.from({ length: 20 }, (_, index) => `w${index}`);
  const sections = names.map((name) =>
    name === 'w7'
      ? `[watcher:w7]\ncmd = /bin/sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'\ngraceful_timeout = 5\n`
      : `[watcher:${name}]\ncmd = sleep 600\nnumprocesses = 2\n`,
  );
  const daemon = await startDaemon(t, sections.join(''));
  for (const name of names) await daemon.running(name, name === 'w7' ? 1 : 2);
  await until('it ignores TERM', () => daemon.program.stdout.includes('deaf'));
  const clients = names.map(() => new CircusClient(daemon.endpoint, { timeoutMs: 30_000 }));
  const finished: string[] = [];
  try {
    const replies = await Promise.all(
      names.map(async (name, index) => {
        const reply = await clients[index]?.call('restart', { name, waiting: true });
        finished.push(name);
        return reply;
      }),
    );
    for (const reply of replies) assert.equal(reply?.['status'], 'ok');
  } finally {
    for (const client of clients) client.close();
  }
  assert.equal(finished.at(-1), 'w7');
  // By the daemon's own clock the others were long done when the deaf one had stopped.
  await daemon.caughtUp();
  const time = (watcher: string, event: string): number =>
    Number(daemon.seen(0, watcher).find((one) => one.event === event)?.payload['time']);
  const others = names.filter((name) => name !== 'w7').map((name) => time(name, 'start'));
  assert.ok(Math.max(...others) < time('w7', 'stop') - 2, `${others} ${time('w7', 'stop')}`);
  assert.equal(
    (await daemon.replay()).some(({ errno }) => errno !== undefined),
    false,
  );
  await daemon.call('set', { name: 'w7', options: { graceful_timeout: 0 } });
});

test('reloadconfig brings back a watcher that is still being removed', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:deaf]\ncmd = /bin/sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'\ngraceful_timeout = 1\n`,
  );
  const [before] = await daemon.running('deaf', 1);
  await until('it ignores TERM', () => daemon.program.stdout.includes('deaf'));
  await daemon.call('rm', { name: 'deaf' });
  await daemon.call('reloadconfig', { waiting: true });
  const [after] = await daemon.running('deaf', 1);
  assert.notEqual(after, before);
  await daemon.call('rm', { name: 'deaf' });
  await daemon.call('add', { name: 'Deaf', cmd: 'sleep 600', start: true, waiting: true });
  assert.equal(await daemon.status('deaf'), 'active');
  const { code, stderr } = await daemon.ctl('add', 'DEAF', 'sleep 600');
  assert.deepEqual([code, stderr], [3, "error: watcher 'DEAF' already exists\n"]);
});

test('a watcher that is removed and added in one breath stays, with its new command', async (t) => {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\nnumprocesses = 5');
  await daemon.running('web', 5);
  for (let round = 1; round <= 10; round += 1) {
    await daemon.cast('rm', { name: 'web' });
    await daemon.call('add', { name: 'web', cmd: `sleep 60${round}`, start: true, waiting: true });
    assert.equal((await daemon.pids('web')).length, 1);
    const { options } = await daemon.call('get', { name: 'web', keys: ['cmd'] });
    assert.deepEqual(options, { cmd: `sleep 60${round}` });
  }
});

test('the same command from many clients is done once', async (t) => {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\nnumprocesses = 2');
  await daemon.running('web', 2);
  const replies = await Promise.all(
    Array.from({ length: 10 }, () => daemon.call('stop', { name: 'web', waiting: true })),
  );
  for (const reply of replies) assert.equal(reply['status'], 'ok');
  await Promise.all(
    Array.from({ length: 10 }, () => daemon.call('start', { name: 'web', waiting: true })),
  );
  await daemon.caughtUp();
  const names = daemon.names(0, 'web');
  assert.equal(names.filter((name) => name === 'stop').length, 1);
  assert.equal(names.filter((name) => name === 'spawn').length, 2);
});

test('stop during a slow start takes effect at once', async (t) => {
  const daemon = await startDaemon(
    t,
    '[watcher:slow]\ncmd = sleep 600\nnumprocesses = 50\nwarmup_delay = 2\nautostart = False',
  );
  const starting = daemon.call('start', { name: 'slow', waiting: true });
  starting.catch(() => undefined);
  await daemon.awaitEvent('slow', 'spawn');
  assert.equal(await daemon.status('slow'), 'starting');
  const before = performance.now();
  await daemon.call('stop', { name: 'slow', waiting: true });
  const took = performance.now() - before;
  // The whole start takes 100 s, a step of it 2 s.
  assert.ok(took < 1_500, `stopped after ${took} ms`);
  assert.equal(await daemon.status('slow'), 'stopped');
  await assert.rejects(starting, { message: 'slow was stopped by a later command' });
  await daemon.caughtUp();
  const spawned = daemon.names(0, 'slow').filter((name) => name === 'spawn').length;
  assert.ok(spawned < 10, `${spawned} were spawned`);
});

test('a stop that follows a reloadconfig at once is not undone by it', async (t) => {
  const daemon = await startDaemon(t, '');
  const after = '[watcher:new]\ncmd = sleep 600\n';
  writeFileSync(join(daemon.folder, 'circus.ini'), configText(daemon.folder, after));
  // While so much is being started, what the core says waits for its turn.
  const options = { numprocesses: 4 };
  for (let number = 0; number < 50; number += 1) {
    await daemon.cast('add', { name: `w${number}`, cmd: 'sleep 600', start: true, options });
  }
  const reloading = daemon.call('reloadconfig', { waiting: true });
  const stopping = daemon.call('stop', { name: 'new', waiting: true });
  await assert.rejects(reloading, { message: 'new was stopped by a later command' });
  await stopping;
  assert.equal(await daemon.status('new'), 'stopped');
});

for (const way of ['SIGTERM', 'quit'] as const) {
  test(`${way} in the middle of starts and stops ends circusd`, async (t) => {
    const daemon = await startDaemon(
      t,
      `[watcher:slow]
cmd = sleep 600
numprocesses = 50
warmup_delay = 2
[watcher:deaf]
cmd = /bin/sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.05; done'
graceful_timeout = 1
[watcher:crashing]
cmd = /bin/sh -c 'exit 1'
[watcher:queued]
cmd = sleep 600
priority = -1
`,
      { circus: 'warmup_delay = 1' },
    );
    await until('it ignores TERM', () => daemon.program.stdout.includes('deaf'));
    const calls = [
      daemon.call('restart', { name: 'deaf', waiting: true }),
      daemon.call('reload', { name: 'slow', waiting: true }),
      daemon.call('incr', { name: 'slow', nb: 3, waiting: true }),
    ];
    const settled = Promise.allSettled(calls);
    await daemon.awaitEvent('deaf', 'kill');
    const tree = runningBelow(daemon.pid);
    if (way === 'quit') await daemon.cast('quit');
    else daemon.program.kill('SIGTERM');
    const ending = await within('circusd ends', daemon.program.ended, 10_000);
    assert.deepEqual(ending, { code: 0, signal: null });
    assert.deepEqual(
      tree.filter(({ pid }) => isRunning(pid)),
      [],
    );
    // Whoever waited was told: an answer or a refusal, no silence.
    const outcomes = await within('all are answered', settled, 5_000);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.name, 'ReplyError');
    }
  });
}

test('requests are answered while 200 processes are started', async (t) => {
  const daemon = await startDaemon(
    t,
    '[watcher:many]\ncmd = sleep 600\nnumprocesses = 200\nautostart = False',
    { listens: false },
  );
  const starting = daemon.call('start', { name: 'many', waiting: true });
  const waits: number[] = [];
  let isDone = false;
  void starting.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const before = performance.now();
    await daemon.call('status', { name: 'many' });
    waits.push(performance.now() - before);
  }
  await starting;
  waits.sort((a, b) => a - b);
  assert.ok(waits.length > 3, `${waits.length} answers`);
  t.diagnostic(
    `median ${waits[waits.length >> 1]?.toFixed(1)} ms, worst ${waits.at(-1)?.toFixed()} ms`,
  );
  assert.ok((waits.at(-1) ?? 0) < 2_000, `waited ${waits.at(-1)} ms`);
  assert.equal((await daemon.pids('many')).length, 200);
});

test('a client that goes away in the middle of a request changes nothing', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\nnumprocesses = 2', {
    folder,
  });
  const before = await daemon.running('web', 2);
  const client = new CircusClient(daemon.endpoint);
  const call = client.call('restart', { name: 'web', waiting: true });
  call.catch(() => undefined);
  await daemon.awaitEvent('web', 'kill');
  client.close();
  await daemon.awaitEvent('web', 'start');
  const after = await daemon.running('web', 2);
  assert.equal(
    after.some((pid) => before.includes(pid)),
    false,
  );
});
