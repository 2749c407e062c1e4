/** The `signal` command in its six forms: process, one pid, children, one child, all, recursive. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Daemon, isRunning, makeFolder, readLines, startDaemon } from './daemon.ts';
import { until } from './until.ts';

/** Notes the signals that it gets: two workers, each with two children, each of them with one. */
const script = `#!/bin/sh
# family.sh OUT DEPTH NAME
for signal in HUP USR1 USR2 ALRM; do trap "echo $signal $3 $$ >> $1/got" $signal; done
if [ "$2" -gt 0 ]; then
  count=1; [ "$2" = 2 ] && count=2
  while [ $count -gt 0 ]; do sh "$0" "$1" $(($2 - 1)) "$3.$count" & count=$((count - 1)); done
fi
echo "$3 $$ $PPID" >> "$1/up"
while :; do sleep 0.05; done
`;

interface Member {
  readonly name: string;
  readonly pid: number;
  readonly parent: number;
}

async function startFamilies(t: TestContext): Promise<{ daemon: Daemon; members: Member[] }> {
  const folder = makeFolder(t);
  const path = join(folder, 'family.sh');
  writeFileSync(path, script);
  const daemon = await startDaemon(
    t,
    `[watcher:family]
cmd = /bin/sh ${path} ${folder}/out 2 w$(circus.wid)
numprocesses = 2
graceful_timeout = 0
`,
    { folder },
  );
  await daemon.running('family', 2);
  const lines = await until(
    'ten are up',
    () => readLines(folder, 'up'),
    ({ length }) => length === 10,
  );
  const members = lines.map((line) => {
    const [name = '', pid, parent] = line.split(' ');
    return { name, pid: Number(pid), parent: Number(parent) };
  });
  return { daemon, members };
}

/** Waits for a marker that everybody gets after the signal in question, then tells who got that. */
async function whoGot(daemon: Daemon, signal: string): Promise<string[]> {
  const lines = (): string[] =>
    readLines(daemon.folder, 'got').filter((line) => line.startsWith(`${signal} `));
  await daemon.call('signal', { name: 'family', signum: 'ALRM', recursive: true });
  await until(
    'everybody got ALRM',
    () => readLines(daemon.folder, 'got').filter((line) => line.startsWith('ALRM ')),
    (found) => new Set(found).size === 10,
  );
  return lines()
    .map((line) => line.split(' ')[1] ?? '')
    .sort();
}

test('to all processes of a watcher', async (t) => {
  const { daemon } = await startFamilies(t);
  assert.equal((await daemon.ctl('signal', 'family', 'HUP')).stdout, 'ok\n');
  assert.deepEqual(await whoGot(daemon, 'HUP'), ['w1', 'w2']);
  assert.deepEqual(daemon.names(0, 'family'), [], 'signal publishes no kill');
});

test('to one process', async (t) => {
  const { daemon, members } = await startFamilies(t);
  const pid = members.find(({ name }) => name === 'w2')?.pid ?? 0;
  assert.equal((await daemon.ctl('signal', 'family', String(pid), 'sigusr1')).code, 0);
  assert.deepEqual(await whoGot(daemon, 'USR1'), ['w2']);
});

test('to the children of one process, and of all', async (t) => {
  const { daemon, members } = await startFamilies(t);
  const pid = members.find(({ name }) => name === 'w2')?.pid ?? 0;
  assert.equal((await daemon.ctl('signal', 'family', String(pid), '--children', '10')).code, 0);
  assert.deepEqual(await whoGot(daemon, 'USR1'), ['w2.1', 'w2.2']);
  await daemon.call('signal', { name: 'family', signum: 12, children: true });
  await until(
    'all children got USR2',
    () => readLines(daemon.folder, 'got').filter((line) => line.startsWith('USR2 ')).length,
    (count) => count === 4,
  );
});

test('to one child, with its owner or without', async (t) => {
  const { daemon, members } = await startFamilies(t);
  const owner = members.find(({ name }) => name === 'w1')?.pid ?? 0;
  const child = members.find(({ name }) => name === 'w1.2')?.pid ?? 0;
  const outcome = await daemon.ctl('signal', 'family', String(owner), String(child), 'USR1');
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(await whoGot(daemon, 'USR1'), ['w1.2']);
  await daemon.call('signal', { name: 'family', signum: 'USR2', child_pid: child });
  await until('USR2', () =>
    readLines(daemon.folder, 'got').some((line) => line.startsWith('USR2 w1.2 ')),
  );
  // A child of somebody else is none of this watcher's.
  await assert.rejects(
    daemon.call('signal', { name: 'family', signum: 'USR1', childpid: process.pid }),
    /child \d+ not found/,
  );
});

test('to a process and all its descendants', async (t) => {
  const { daemon, members } = await startFamilies(t);
  const pid = members.find(({ name }) => name === 'w1')?.pid ?? 0;
  const outcome = await daemon.ctl('signal', 'family', String(pid), 'recursive', 'USR1');
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(await whoGot(daemon, 'USR1'), ['w1', 'w1.1', 'w1.1.1', 'w1.2', 'w1.2.1']);
});

test('recursive KILL leaves nobody, and the processes are replaced', async (t) => {
  const { daemon, members } = await startFamilies(t);
  await daemon.call('signal', { name: 'family', signum: 9, recursive: true });
  await until(
    'all ten are dead',
    () => members.filter(({ pid }) => isRunning(pid)),
    ({ length }) => length === 0,
  );
  const pids = await until(
    'replacements',
    () => daemon.pids('family'),
    (now) => now.length === 2 && !now.some((pid) => members.some((member) => member.pid === pid)),
  );
  assert.equal(pids.length, 2);
});

test('signal 0, unknown signals, strangers', async (t) => {
  const { daemon } = await startFamilies(t);
  assert.equal((await daemon.ctl('signal', 'family', '0')).code, 0);
  await assert.rejects(daemon.call('signal', { name: 'family', signum: 'NOPE' }), /signal invalid/);
  assert.equal((await daemon.ctl('signal', 'family')).code, 1);
  await assert.rejects(
    daemon.call('signal', { name: 'nope', signum: 1 }),
    /program nope not found/,
  );
  // A pid that is not the watcher's gets nothing: ending the test would be noticed.
  assert.equal((await daemon.ctl('signal', 'family', String(process.pid), 'KILL')).code, 0);
  assert.deepEqual(await whoGot(daemon, 'USR1'), []);
});
