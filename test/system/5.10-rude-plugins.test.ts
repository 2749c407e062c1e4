/** Plugins that misbehave: circusd answers as ever, keeps its memory, and the others notice nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, readPrivateMb } from '../daemon/index.ts';
import { type Daemon, hasComponent, python, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const rude = resolve('test/fixtures/rude_plugin.py');

/** Calls one after another for a while; how long they took, in milliseconds. */
async function measureCalls(daemon: Daemon, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < count; call += 1) {
    const begin = performance.now();
    await daemon.call('list', { name: 'web' });
    times.push(performance.now() - begin);
    await sleep(5);
  }
  return times;
}

for (const mode of ['flood', 'deaf', 'garbage', 'fork', 'hang', 'crash', 'exit']) {
  test(`a plugin with the fault '${mode}' holds up nobody and is ended with circusd`, async (t) => {
    const { status } = spawnSync(python, ['-c', 'import zmq']);
    if (!hasComponent(t, 'python3-zmq', status === 0)) return;
    const daemon = await startDaemon(
      t,
      `[watcher:web]\ncmd = sleep 600\nnumprocesses = 5\n[plugin:rude]\ncmd = ${python} ${rude} ${mode}\ngraceful_timeout = 1\n`,
    );
    const pids = await daemon.running('web', 5);
    const before = readPrivateMb(daemon.pid);
    const times = await measureCalls(daemon, 200);
    const grown = readPrivateMb(daemon.pid) - before;
    t.diagnostic(
      `${mode}: p99 ${percentile(times, 99).toFixed(1)} ms, ${grown.toFixed(1)} MB more`,
    );
    // Generous, for a machine that does much else: what is held up takes seconds.
    assert.ok(percentile(times, 99) < 1_000);
    assert.ok(grown < 100, `${grown} MB`);
    assert.deepEqual(await daemon.pids('web'), pids);
    const restarted = daemon.call('restart', { name: 'web', waiting: true });
    assert.deepEqual(((await restarted)['info'] as { stopped: unknown[] }).stopped.length, 5);
    if (mode === 'crash' || mode === 'exit') {
      await until(
        'its end is seen',
        () => daemon.log,
        (log) => /plugin:rude process \[pid \d+\] ended with exit code [13]/.test(log),
      );
    }
    const ending = await daemon.stop('SIGTERM', 10_000);
    assert.equal(ending.code, 0);
  });
}
