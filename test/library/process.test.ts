/** `Process` by itself (manual 5.9.2). */
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { library, stateOf, until } from './load.ts';

const { Process } = library;

test("the manual's example: age, info, status, stop, and what is left of it", async () => {
  const process = new Process('Top', 'sleep 600', { shell: true });
  assert.ok(process.age() >= 0 && process.age() < 10);
  const info = process.info();
  assert.ok(typeof info === 'object' && info['pid'] === process.pid, JSON.stringify(info));
  for (const key of [
    'mem_info1',
    'mem_info2',
    'cpu',
    'mem',
    'ctime',
    'username',
    'nice',
    'cmdline',
  ]) {
    assert.ok(key in info, key);
  }
  assert.equal(process.status, Process.RUNNING);
  assert.deepEqual(await process.stop(), { exitCode: null, signal: 15 });
  assert.equal(process.status, Process.UNEXISTING);
  assert.equal(process.info(), 'No such process (stopped?)');
  assert.equal(process.age(), 0);
  assert.equal(process.sendSignal('TERM'), false);
  await process.stop();
});

test('the four constants have the numbers of the manual, and OTHER is a stopped process', async () => {
  const { RUNNING, DEAD_OR_ZOMBIE, UNEXISTING, OTHER } = Process;
  assert.deepEqual([RUNNING, DEAD_OR_ZOMBIE, UNEXISTING, OTHER], [0, 1, 2, 3]);
  const process = new Process(1, 'sleep 600');
  process.sendSignal('STOP');
  await until(
    () => process.status === Process.OTHER,
    () => process.status,
  );
  assert.deepEqual(await process.stop({ graceful_timeout: 0.05 }), { exitCode: null, signal: 9 });
});

test('children are told, signalled, and end with it', async () => {
  const process = new Process(1, 'sleep 600 & sleep 601 & trap "" TERM; wait; wait; wait', {
    shell: true,
  });
  await until(
    () => process.children().length === 2,
    () => process.children(),
  );
  const [first = 0, second = 0] = process.children();
  assert.ok(process.isChild(first) && !process.isChild(1));
  process.sendSignalChild(first, 'KILL');
  await until(
    () => !process.isChild(first),
    () => process.children(),
  );
  assert.throws(() => process.sendSignalChild(1, 'KILL'), { code: 'not_found' });
  await process.stop({ graceful_timeout: 0.1 });
  await until(
    () => [undefined, 'Z'].includes(stateOf(second)),
    () => stateOf(second),
  );
});

test('its output is read, its environment and directory are its own, $WID is replaced', async () => {
  const process = new Process(7, 'pwd; echo $WID $GREETING; echo oh >&2', {
    shell: true,
    stdout: 'pipe',
    stderr: 'pipe',
    working_dir: '/usr',
    env: { GREETING: 'hello' },
  });
  const { stdout, stderr } = process;
  assert.ok(stdout !== null && stderr !== null);
  assert.deepEqual(await Promise.all([text(stdout), text(stderr)]), ['/usr\n7 hello\n', 'oh\n']);
  assert.deepEqual(await process.ended, { exitCode: 0, signal: null });
});

test('umask and limits are those asked for, and the program keeps its own', async () => {
  const before = [process.umask(), readFileSync('/proc/self/limits', 'utf8')];
  const child = new Process(1, 'umask; ulimit -n', {
    shell: true,
    umask: 0o27,
    rlimits: { nofile: 333 },
    stdout: 'pipe',
  });
  assert.ok(child.stdout !== null);
  assert.match(await text(child.stdout), /^0?027\n333\n$/);
  assert.deepEqual([process.umask(), readFileSync('/proc/self/limits', 'utf8')], before);
});

test('descriptors of use_fds are inherited under their numbers', async (t) => {
  const fd = openSync('/proc/self/comm', 'r');
  t.after(() => closeSync(fd));
  const command = `cat /proc/self/fd/${fd}`;
  const child = new Process(1, command, { shell: true, use_fds: [fd], stdout: 'pipe' });
  assert.ok(child.stdout !== null);
  assert.equal(await text(child.stdout), readFileSync('/proc/self/comm', 'utf8'));
});

test('what is wrong is told before anything runs', () => {
  assert.throws(() => new Process(1, '/no/such/program'), { name: 'SpawnError', code: 'ENOENT' });
  assert.throws(
    () => new Process(1, 'true', { uid: 'nobody-of-this-name' }),
    /nobody-of-this-name/,
  );
});
