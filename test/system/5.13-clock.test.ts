/** The wall clock is moved by a day: ages, deadlines and pauses are none of its business. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hasComponent, isReadable, makeFolder, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const library = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .filter(isReadable)[0];

const day = 86_400;

for (const [where, offset] of [
  ['ahead', `+${day}`],
  ['back', `-${day}`],
] as const) {
  test(`a day ${where}: nobody is killed early or late, the dead are replaced`, async (t) => {
    if (!hasComponent(t, 'faketime', library !== undefined)) return;
    const folder = makeFolder(t);
    const clock = join(folder, 'clock');
    const move = (to: string): void => writeFileSync(clock, `${to}\n`);
    move('+0');
    const daemon = await startDaemon(
      t,
      `[watcher:web]
cmd = sleep 600
numprocesses = 2
[watcher:old]
cmd = sleep 600
max_age = 3
max_age_variance = 0
graceful_timeout = 60
[watcher:calm]
cmd = sleep 600
max_age = 3600
`,
      {
        folder,
        circus: 'check_delay = 0.2',
        env: {
          LD_PRELOAD: library ?? '',
          FAKETIME_TIMESTAMP_FILE: clock,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
      },
    );
    const web = await daemon.running('web', 2);
    const calm = await daemon.running('calm', 1);
    await daemon.awaitEvent('old', 'expired');
    const born = performance.now();
    const from = daemon.events.length;
    move(offset);
    const wall = await until(
      'circusd sees the other day',
      async () => Number((await daemon.call('numwatchers'))['time']) - Date.now() / 1000,
      (difference) => Math.abs(difference) > day - 100,
    );
    assert.equal(Math.sign(wall), where === 'ahead' ? 1 : -1);
    // A few management passes: nobody has grown old by it.
    await daemon.call('set', { name: 'web', options: { graceful_timeout: 20 }, waiting: true });
    const [victim = 0, other = 0] = web;
    process.kill(victim, 'SIGKILL');
    await daemon.awaitEvent('web', 'reap', from);
    await until(
      'a replacement',
      () => daemon.pids('web'),
      (pids) => pids.length === 2 && !pids.includes(victim),
    );
    const next = await until('the next expiry', () =>
      daemon.seen(from, 'old').find(({ event }) => event === 'expired'),
    );
    const age = (performance.now() - born) / 1000;
    assert.ok(next !== undefined && age > 2 && age < 12, `expired after ${age} s`);
    assert.ok((await daemon.pids('web')).includes(other));
    assert.deepEqual(await daemon.pids('calm'), calm);
    assert.deepEqual(daemon.names(from, 'calm'), []);
    move('+0');
    await delay(500);
    assert.deepEqual(await daemon.pids('calm'), calm);
    await daemon.call('set', { name: 'old', options: { max_age: 0 }, waiting: true });
    await daemon.call('restart', { name: 'web', waiting: true });
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  });
}
