/** --wait, --waiting and time-outs: who is where, and why it is not where it should be. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ScriptedDaemon } from '../../libs/client/scripted-daemon.ts';
import { startDaemon } from '../../system/daemon.ts';
import { circusctl, startCircusctl } from './run-circusctl.ts';
import { terminals } from './terminal.ts';

const watchers = `[watcher:Web]
cmd = sleep 600
numprocesses = 2

[watcher:stubborn]
cmd = sh -c "trap '' TERM; while :; do sleep 0.2; done"
graceful_timeout = 3

[watcher:broken]
cmd = /nonexistent
autostart = False

[watcher:crashing]
cmd = sh -c "sleep 0.05; exit 3"
autostart = False
`;

async function live(t: TestContext) {
  const open = terminals(t);
  const daemon = await startDaemon(t, watchers, { listens: false });
  await daemon.running('web', 2);
  await daemon.running('stubborn', 1);
  const env = { CIRCUSCTL_ENDPOINT: daemon.endpoint };
  return { daemon, env, open, ctl: (...words: string[]) => circusctl(words, env) };
}

const ok = { code: 0, stdout: 'ok\n', stderr: '' };

test('--wait ends when the watchers are where the command sends them', async (t) => {
  const { daemon, ctl } = await live(t);
  const before = await daemon.pids('web');
  assert.deepEqual(await ctl('restart', 'web', '--wait'), ok);
  const after = await daemon.pids('web');
  assert.equal(after.length, 2);
  assert.deepEqual(
    after.filter((pid) => before.includes(pid)),
    [],
  );
  assert.deepEqual(await ctl('stop', 'web', '--wait'), ok);
  assert.equal(await daemon.status('web'), 'stopped');
  assert.deepEqual(await ctl('--wait=active', 'start', 'WEB'), ok);
  assert.equal((await ctl('incr', 'web', '3', '--wait')).stdout, '5\n');
  assert.equal((await daemon.pids('web')).length, 5);
  assert.deepEqual(await ctl('reload', 'web', '--wait'), ok);
  assert.deepEqual(await ctl('rm', 'web', '--wait'), ok);
  assert.equal((await ctl('status', 'web')).code, 3);
});

test('status --wait=STATE waits for what others do', async (t) => {
  const { daemon, env, ctl } = await live(t);
  await daemon.call('stop', { name: 'web', waiting: true });
  const waiting = startCircusctl(['status', 'web', '--wait=active'], env);
  const isEarly = await Promise.race([waiting.ended.then(() => true), pause(700)]);
  assert.equal(isEarly, undefined);
  await daemon.call('start', { name: 'web' });
  assert.deepEqual(await waiting.ended, { code: 0, stdout: 'active\n', stderr: '' });
  assert.equal((await ctl('status', '--wait', '--timeout', '5')).code, 0);
});

test('--wait that cannot be reached ends with the reason and 3', async (t) => {
  const { daemon, env, ctl } = await live(t);
  const broken = await ctl('start', 'broken', '--wait');
  assert.deepEqual([broken.code, broken.stdout], [3, '']);
  assert.match(broken.stderr, /^error: .*"\/nonexistent": No such file/);
  const crashing = await ctl('start', 'crashing', '--wait=starting');
  assert.equal(crashing.code, 3);
  assert.match(
    crashing.stderr,
    /^error: crashing keeps dying: process \d+ exited with 3, the next/,
  );
  const started = startCircusctl(['status', 'web', '--wait=stopped'], env);
  await pause(500);
  await daemon.call('rm', { name: 'web' });
  const gone = await started.ended;
  assert.equal(gone.code, 3);
  assert.match(gone.stderr, /^error: (no such watcher is there any more|program web not found)/);
});

test('--wait that is not reached in time tells who is where, and exits 1', async (t) => {
  const { ctl } = await live(t);
  const { code, stderr } = await ctl('status', 'web', '--wait=stopped', '--timeout', '0.5');
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^Timed out\.\n\nNot stopped in time:\n {2}Web is active, 2 of 2 processes\n/,
  );
});

test('--waiting in vain: what each process is doing', async (t) => {
  const { ctl } = await live(t);
  const { code, stderr } = await ctl('stop', 'stubborn', '--waiting', '--timeout', '0.5');
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^Timed out\.\n\ncircusd answers at ipc:.*`stop` has taken longer than 0\.5 s/,
  );
  assert.match(stderr, /^ {2}stubborn is stopping, 1 of 1 process$/m);
  assert.match(
    stderr,
    /^ {4}\d+ was told to end \d\.\d s ago and has not, SIGKILL follows 3 s after it$/m,
  );
  assert.doesNotMatch(stderr, /Web/);
});

test('a state that is none is refused with one spelled like it', async () => {
  const { code, stderr } = await circusctl(['start', 'web', '--wait=actve']);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^--wait should be one of .*not 'actve'\n\(Did you mean active\?\)\nusage: /,
  );
});

test('progress is shown on a terminal, and gone at the end', async (t) => {
  const { env, open } = await live(t);
  const terminal = open(['stop', 'stubborn', '--wait'], env);
  await terminal.shows(/waiting for stopped, 0\/1: stubborn is stopping, 1 of 1 process/);
  assert.equal(await terminal.ended, 0);
  assert.ok(terminal.raw.endsWith('\r\u001b[Kok\r\n'), JSON.stringify(terminal.raw));
});

test('a daemon that keeps no events, and tells names in their own case, is waited for', async (t) => {
  let looks = 0;
  const daemon = await ScriptedDaemon.start(({ id, command }) => {
    const reply = { status: 'ok', time: 1.5, id };
    if (command === 'events') return { ...reply, status: 'error', reason: 'unknown', errno: 2 };
    if (command === 'list') return { ...reply, pids: looks > 2 ? [7] : [] };
    if (command === 'get') return { ...reply, options: { numprocesses: 1 } };
    if (command !== 'status') return reply;
    looks += 1;
    return { ...reply, statuses: { Web: looks > 1 ? 'active' : 'starting', db: 'stopped' } };
  });
  t.after(() => daemon.stop());
  const env = { CIRCUSCTL_ENDPOINT: daemon.endpoint };
  assert.deepEqual(await circusctl(['start', 'web', '--wait'], env), ok);
  assert.ok(looks > 2, `${looks} looks`);
});

async function pause(ms: number): Promise<undefined> {
  await new Promise((over) => setTimeout(over, ms));
}
