/** The whole tree dies: whatever a worker has started ends with it, and with circusd. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type Daemon,
  type DaemonOptions,
  fixture,
  hasComponent,
  isReadable,
  isRunning,
  makeFolder,
  outFiles,
  python,
  startDaemon,
} from './daemon.ts';
import { commandLine, findProcess, runningBelow } from './process-table.ts';
import { until, within } from './until.ts';

const roles = ['child', 'daemon', 'grandchild', 'orphan', 'session'];

/** A worker with a family that ignores TERM and has left its group and session. */
async function startTree(
  t: TestContext,
  mode: string,
  lines: string,
  options: DaemonOptions = {},
): Promise<{ daemon: Daemon; family: number[] } | undefined> {
  if (!hasComponent(t, python, isReadable(python))) return undefined;
  const folder = makeFolder(t);
  const path = fixture(folder, 'tree.py');
  const daemon = await startDaemon(
    t,
    `[watcher:tree]\ncmd = ${python} ${path} ${folder}/out ${mode}\n${lines}`,
    { ...options, folder },
  );
  await until(
    'the family is complete',
    () => outFiles(folder),
    (files) => roles.every((role) => files.includes(role)),
  );
  const family = roles.map((role) => Number(readFileSync(join(folder, 'out', role), 'utf8')));
  return { daemon, family };
}

test('the fixture is as bad as it should be', async (t) => {
  const tree = await startTree(t, '', 'graceful_timeout = 0.2');
  if (tree === undefined) return;
  const [pid = 0] = await tree.daemon.running('tree', 1);
  const [child = 0, daemon = 0, grandchild = 0, orphan = 0] = tree.family;
  assert.equal(findProcess(child)?.ppid, pid);
  assert.equal(findProcess(grandchild)?.ppid, child);
  // Orphans come to circusd, not to init.
  assert.equal(findProcess(orphan)?.ppid, tree.daemon.pid);
  assert.equal(findProcess(daemon)?.ppid, tree.daemon.pid);
  assert.equal(findProcess(orphan)?.sid, pid);
  assert.notEqual(findProcess(daemon)?.sid, pid);
});

for (const mode of ['polite', 'stubborn']) {
  test(`stop --waiting of a ${mode} worker returns when nothing of its tree is left`, async (t) => {
    const tree = await startTree(t, mode, 'graceful_timeout = 0.4');
    if (tree === undefined) return;
    const { daemon, family } = tree;
    const [pid = 0] = await daemon.running('tree', 1);
    const outcome = await daemon.ctl('stop', 'tree', '--waiting');
    // No looking twice: it has said that it is stopped.
    const left = [pid, ...family].filter(isRunning).map(findProcess);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.deepEqual(left, []);
    assert.equal(await daemon.status('tree'), 'stopped');
    await daemon.awaitEvent('tree', 'stop');
  });
}

test('TERM to circusd ends every tree within graceful_timeout, exit 0', async (t) => {
  const tree = await startTree(t, 'stubborn', 'graceful_timeout = 0.5');
  if (tree === undefined) return;
  const { daemon, family } = tree;
  const before = performance.now();
  assert.deepEqual(await daemon.stop('SIGTERM'), { code: 0, signal: null });
  const took = performance.now() - before;
  assert.deepEqual(family.filter(isRunning), []);
  assert.ok(took < 10_000, `took ${took} ms`);
  t.diagnostic(`took ${took.toFixed()} ms with a graceful_timeout of 500 ms`);
});

test('a second TERM kills at once', async (t) => {
  const tree = await startTree(t, 'stubborn', 'graceful_timeout = 600');
  if (tree === undefined) return;
  const { daemon, family } = tree;
  daemon.program.kill('SIGTERM');
  await until('it is ending', () => daemon.log.includes('Got signal SIGTERM'));
  daemon.program.kill('SIGTERM');
  const ending = await within('circusd ends', daemon.program.ended, 20_000);
  assert.deepEqual(ending, { code: 0, signal: null });
  assert.deepEqual(family.filter(isRunning), []);
});

for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
  test(`${signal} ends circusd like TERM`, async (t) => {
    const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\nnumprocesses = 3');
    const pids = await daemon.running('web', 3);
    assert.deepEqual(await daemon.stop(signal), { code: 0, signal: null });
    assert.deepEqual(pids.filter(isRunning), []);
  });
}

test('what a killed worker leaves is ended, and the worker replaced', async (t) => {
  const tree = await startTree(t, '', 'graceful_timeout = 0.3\nwarmup_delay = 0.1');
  if (tree === undefined) return;
  const { daemon, family } = tree;
  const [pid = 0] = await daemon.running('tree', 1);
  process.kill(pid, 'SIGKILL');
  const reap = await daemon.awaitEvent('tree', 'reap');
  assert.deepEqual([reap.payload['process_pid'], reap.payload['exit_code']], [pid, -9]);
  await until(
    'its family is dead',
    () => family.filter(isRunning),
    ({ length }) => length === 0,
  );
  await until(
    'a replacement',
    () => daemon.pids('tree'),
    ([next]) => next !== undefined && next !== pid,
  );
});

test('a worker that ends by itself does not leave its children running', async (t) => {
  const tree = await startTree(t, 'leave', 'graceful_timeout = 0.3\nrespawn = False');
  if (tree === undefined) return;
  const { daemon, family } = tree;
  await until(
    'stopped',
    () => daemon.status('tree'),
    (status) => status === 'stopped',
  );
  assert.deepEqual(family.filter(isRunning), []);
});

/** A shell that makes a daemon of `sleep NUMBER`, as daemon(3) does, with an empty environment. */
function daemonOf(number: number): string {
  return `setsid env -i sh -c 'cd /; sleep ${number} </dev/null >/dev/null 2>&1 &'`;
}

test('a double fork ends with its own worker, no other one does', async (t) => {
  const worker = (number: number): string => `sh -c "${daemonOf(number)}; exec sleep 600"`;
  const daemon = await startDaemon(
    t,
    `[watcher:one]\ncmd = ${worker(7001)}\n[watcher:two]\ncmd = ${worker(7002)}\n`,
  );
  const find = (number: number): number[] => {
    const below = runningBelow(daemon.pid).map(({ pid }) => pid);
    return below.filter((pid) => commandLine(pid) === `sleep ${number}`);
  };
  const [one = 0] = await until('daemon of one', () => find(7001), isOnlyDaemon);
  const [two = 0] = await until('daemon of two', () => find(7002), isOnlyDaemon);
  assert.equal(findProcess(two)?.ppid, daemon.pid);
  await daemon.call('stop', { name: 'one', waiting: true });
  assert.deepEqual([one, two].map(isRunning), [false, true]);
  // Its worker dies by itself: what it has left goes, the next one makes its own.
  const [leader = 0] = await daemon.pids('two');
  process.kill(leader, 'SIGKILL');
  await until('the old daemon is dead', () => !isRunning(two));
  await until('the next daemon', () => find(7002), isOnlyDaemon);
  await daemon.call('rm', { name: 'two', waiting: true });
  assert.deepEqual(runningBelow(daemon.pid), []);
});

test('who rids itself of the mark, too, is a stray: told by dstats, ended with circusd', async (t) => {
  const script = `setsid prlimit --locks=unlimited sh -c 'sleep 7003 &'; exec sleep 600`;
  const daemon = await startDaemon(t, `[watcher:rude]\ncmd = sh -c "${script}"\n`);
  const strays = async (): Promise<number[]> => {
    const { info } = await daemon.call('dstats');
    return (info as { children: { pid: number }[] }).children.map(({ pid }) => pid);
  };
  const [pid = 0] = await until('a stray', strays, ({ length }) => length === 1);
  await until('it sleeps', () => commandLine(pid) === 'sleep 7003');
  await daemon.call('stop', { name: 'rude', waiting: true });
  assert.deepEqual([await strays(), isRunning(pid)], [[pid], true]);
  assert.match((await daemon.ctl('dstats')).stdout, new RegExp(`Children:\n +${pid} `));
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assert.equal(isRunning(pid), false);
  assert.match(daemon.log, /stray processes are left: 1;/);
});

function isOnlyDaemon(pids: number[]): boolean {
  return pids.length === 1 && findProcess(pids[0] ?? 0)?.sid !== pids[0];
}

test('circusd leaves no zombies', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:brief]
cmd = /bin/sh -c 'for i in 1 2 3; do (sleep 0.0$i &) ; done; sleep 0.1'
numprocesses = 3
backoff_max = 0.1
`,
  );
  await until(
    'thirty deaths',
    () => daemon.names(0, 'brief').filter((name) => name === 'reap').length,
    (count) => count >= 30,
  );
  await daemon.call('stop', { name: 'brief', waiting: true });
  await until(
    'nothing below circusd',
    () => runningBelow(daemon.pid),
    ({ length }) => length === 0,
  );
  const { readdirSync } = await import('node:fs');
  const zombies = (): unknown[] =>
    readdirSync('/proc')
      .map((name) => findProcess(Number(name)))
      .filter((line) => line?.ppid === daemon.pid);
  await until('no zombies', zombies, ({ length }) => length === 0);
});
