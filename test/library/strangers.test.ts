/**
 * A program with children of its own beside its arbiters: nobody is told of another's death, and
 * nobody waits for one that was told to somebody else.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { execa } from 'execa';
import { library, quiet, until } from './load.ts';

const { Arbiter, Process, Watcher } = library;

/** Of each kind. */
const wanted = 1_000;

/** As many at a time. */
const width = 8;

async function repeat(times: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lanes = Array.from({ length: width }, async () => {
    while (next < times) {
      next += 1;
      await work(next);
    }
  });
  await Promise.all(lanes);
}

/** Runs commands by node:child_process and by `Process` in a thread; its answer counts them. */
const threadSource = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { spawn } = require('node:child_process');
  const { Process } = require(workerData.bundle);
  const run = (code) => new Promise((resolve) => {
    spawn('sh', ['-c', 'exit ' + code], { stdio: 'ignore' }).once('exit', (got) => resolve(got === code));
  });
  (async () => {
    let right = 0;
    for (let at = 0; at < workerData.times; at += 1) {
      const [own, ours] = await Promise.all([
        run(at % 7),
        new Process(at, 'sh -c "exit ' + (at % 5) + '"').ended,
      ]);
      if (own && ours.exitCode === at % 5) right += 1;
    }
    parentPort.postMessage(right);
  })();
`;

function inThread(times: number): Promise<number> {
  const workerData = { bundle: resolve('dist/index.cjs'), times };
  const worker = new Worker(threadSource, { eval: true, workerData });
  return new Promise((settle, fail) => {
    worker.once('message', settle);
    worker.once('error', fail);
  });
}

test('two arbiters, execa and a thread: 1 000 exits of each, every one told to whom it belongs', async (t) => {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const handlers = process.eventNames().filter((name) => String(name).startsWith('SIG'));
  const quick = { numprocesses: 4, backoff_initial: 0, close_child_stdout: true };
  const arbiters = ['one', 'two'].map((name, at) => {
    const watcher = new Watcher(name, `sh -c "exit ${at + 3}"`, quick);
    return new Arbiter([watcher, new Watcher('steady', 'sleep 600')], {
      background: true,
      log: quiet,
    });
  });
  t.after(() => Promise.all(arbiters.map((arbiter) => arbiter.stop({ atOnce: true }))));
  const reaped = arbiters.map(() => [] as unknown[]);
  const readings = arbiters.map(async (arbiter, at) => {
    for await (const { topic, payload } of arbiter.events()) {
      if (topic.endsWith(`.${['one', 'two'][at]}.reap`)) reaped[at]?.push(payload['exit_code']);
    }
  });
  await Promise.all(arbiters.map((arbiter) => arbiter.start()));
  const steady = arbiters.map((arbiter) => arbiter.getWatcher('steady')?.pids);

  const own: number[] = [];
  const native: (number | null)[] = [];
  const [inWorker] = await Promise.all([
    inThread(100),
    repeat(wanted, async (at) => {
      const { exitCode } = await execa('sh', ['-c', `exit ${at % 9}`], { reject: false });
      own[at] = exitCode === at % 9 ? 1 : 0;
    }),
    repeat(wanted, async (at) => {
      const { exitCode } = await new Process(at, `sh -c "exit ${at % 9}"`).ended;
      native[at] = exitCode === at % 9 ? 1 : 0;
    }),
  ]);
  await until(
    () => reaped.every(({ length }) => length >= wanted),
    () => reaped.map(({ length }) => length),
  );

  assert.equal(inWorker, 100);
  assert.equal(own.filter((right) => right === 1).length, wanted);
  assert.equal(native.filter((right) => right === 1).length, wanted);
  assert.deepEqual([...new Set(reaped[0])], [3]);
  assert.deepEqual([...new Set(reaped[1])], [4]);
  assert.deepEqual(
    arbiters.map((arbiter) => arbiter.getWatcher('steady')?.pids),
    steady,
  );
  // A child of the program's own outlives the arbiters.
  const neighbour = execa('sleep', ['600']);
  await Promise.all(arbiters.map((arbiter) => arbiter.stop()));
  await Promise.all(readings);
  assert.equal(neighbour.exitCode, null);
  neighbour.kill();
  await neighbour.catch(() => undefined);
  assert.equal(readFileSync('/proc/self/limits', 'utf8'), limits);
  const after = process.eventNames().filter((name) => String(name).startsWith('SIG'));
  assert.deepEqual(after, handlers);
});

test('the module can be loaded where no child may be: it starts nothing by itself', () => {
  const { getArbiter } = createRequire(import.meta.url)(resolve('dist/index.cjs'));
  assert.equal(typeof getArbiter, 'function');
});
