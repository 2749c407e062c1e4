/** Samples of real processes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessSampler } from '../../../services/stats/process-sampler.ts';

function start(t: TestContext, command: string, ...args: string[]): ChildProcess & { pid: number } {
  const child = spawn(command, args, { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  assert.ok(child.pid !== undefined);
  return Object.assign(child, { pid: child.pid });
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test('the first processor time of a process is 0, the next one what it has used since', async (t) => {
  const sampler = new ProcessSampler();
  const { pid } = start(t, process.execPath, '-e', 'for (;;);');
  await sleep(100);
  const first = (await sampler.sample([pid])).get(pid);
  assert.equal(first?.cpu, 0);
  await sleep(500);
  const second = (await sampler.sample([pid])).get(pid);
  assert.ok(Number(second?.cpu) > 0 && Number(second?.cpu) < 150, String(second?.cpu));
});

test('a process that has ended is not in the result, the others are', async (t) => {
  const sampler = new ProcessSampler();
  const [stays, goes] = [start(t, 'sleep', '600'), start(t, 'sleep', '600')];
  const pids = [stays.pid, goes.pid];
  assert.deepEqual([...(await sampler.sample(pids)).keys()], pids);
  await kill(goes);
  assert.deepEqual([...(await sampler.sample(pids)).keys()], [stays.pid]);
  await kill(stays);
  assert.deepEqual([...(await sampler.sample(pids)).keys()], []);
  assert.equal((await sampler.sample([])).size, 0);
});

const lastPidFile = '/proc/sys/kernel/ns_last_pid';

/** A process with a pid that has been another one's; `undefined` when somebody was faster. */
async function reuse(t: TestContext, pid: number): Promise<ChildProcess | undefined> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    writeFileSync(lastPidFile, String(pid - 1));
    const child = start(t, process.execPath, '-e', 'for (;;);');
    if (child.pid === pid) return child;
    await kill(child);
  }
  return undefined;
}

test('a pid that is given again is another process, measured from its own beginning', async (t) => {
  try {
    accessSync(lastPidFile, constants.W_OK);
  } catch {
    return t.skip(`${lastPidFile} cannot be written`);
  }
  const sampler = new ProcessSampler();
  const first = start(t, 'sleep', '600');
  const { pid } = first;
  await sampler.sample([pid]);
  const before = (await sampler.sample([pid])).get(pid)?.description;
  assert.equal(before?.['cmdline'], 'sleep');
  await kill(first);
  if ((await reuse(t, pid)) === undefined) return t.skip('the pid was not given again');
  await sleep(300);
  const after = (await sampler.sample([pid])).get(pid);
  assert.equal(after?.description['cmdline'], 'node');
  assert.equal(after.cpu, 0);
  assert.ok(Number(after.age) < 5 && Number(after.mem) > 0);
  await sleep(500);
  const later = (await sampler.sample([pid])).get(pid);
  assert.ok(Number(later?.cpu) > 0 && Number(later?.cpu) < 150, String(later?.cpu));
  return undefined;
});
