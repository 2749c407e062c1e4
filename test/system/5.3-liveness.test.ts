/** A process that lives and does not serve is found out and replaced (design: liveness). */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Daemon, findFreePort, fixture, makeFolder, python, startDaemon } from './daemon.ts';
import { until } from './until.ts';

interface Setting {
  readonly daemon: Daemon;
  /** Once it is there, workers hang. */
  readonly flag: string;
}

/** A watcher `web` of ready_worker.py with these words and options. */
async function prepare(t: TestContext, words: string, options: string): Promise<Setting> {
  const folder = makeFolder(t);
  const flag = join(folder, 'out', 'frozen');
  const cmd = `${python} ${fixture(folder, 'ready_worker.py')} --freeze ${flag} ${words}`;
  const daemon = await startDaemon(
    t,
    `[watcher:web]\ncmd = ${cmd}\ngraceful_timeout = 1\nreadiness = fd\n${options}`,
    { folder },
  );
  return { daemon, flag };
}

/** Waits until a process was reaped, and gives the reason. */
async function reasonOf(daemon: Daemon, pid: number | undefined): Promise<string> {
  const found = await until(`${pid} is reaped`, () =>
    daemon.seen(0, 'web').find(({ payload }) => payload['reason'] != null),
  );
  assert.equal(found?.payload['process_pid'], pid);
  return String(found?.payload['reason']);
}

/** Lets circusd ask a few times. */
async function pass(ms: number): Promise<void> {
  const end = performance.now() + ms;
  await until('time passes', () => performance.now() > end);
}

const options = 'liveness_interval = 0.1\nliveness_timeout = 0.5\nliveness_failures = 2';

test('http: a process that hangs is replaced, and the reason is told', async (t) => {
  const port = await findFreePort();
  const { daemon, flag } = await prepare(
    t,
    `--listen ${port} --say fd`,
    `liveness = http\nliveness_target = http://127.0.0.1:${port}/\n${options}`,
  );
  const [pid] = await daemon.running('web', 1);
  await pass(1_500);
  assert.deepEqual(await daemon.pids('web'), [pid], 'it is well');
  writeFileSync(flag, '');
  assert.match(
    await reasonOf(daemon, pid),
    /^liveness http: no answer within 0.5 s, 2 times in a row$/,
  );
  await until('the log tells it', () => /is unhealthy: liveness http/.test(daemon.log));
  const { trouble } = await daemon.call('status', { name: 'web' });
  assert.match(String(trouble), /is unhealthy: liveness http: no answer within 0.5 s/);
  rmSync(flag);
});

test('watchdog: a process that falls silent is replaced; one that is slow to start is not', async (t) => {
  const { daemon, flag } = await prepare(
    t,
    '--after 1 --watchdog --say fd',
    `liveness = watchdog\n${options}`,
  );
  const [pid] = await daemon.running('web', 1);
  await pass(1_500);
  assert.deepEqual(await daemon.pids('web'), [pid], 'it is well');
  assert.match(readFileSync(`/proc/${pid}/environ`, 'latin1'), /WATCHDOG_USEC=500000\0/);
  writeFileSync(flag, '');
  assert.match(await reasonOf(daemon, pid), /^liveness: no WATCHDOG=1 within 0.5 s$/);
  rmSync(flag);
});

test('tcp: one that is stopped still has a backlog; one that does not listen is replaced', async (t) => {
  const port = await findFreePort();
  const { daemon } = await prepare(
    t,
    '--say fd',
    `liveness = tcp\nliveness_target = 127.0.0.1:${port}\n${options}`,
  );
  const [pid] = await until(
    'it runs',
    () => daemon.pids('web'),
    ({ length }) => length === 1,
  );
  assert.match(await reasonOf(daemon, pid), /^liveness tcp: connect ECONNREFUSED/);
});

test('exec: single failures are forgiven, as many as are allowed in a row are not', async (t) => {
  const folder = makeFolder(t);
  const count = join(folder, 'out', 'count');
  const healthy = join(folder, 'out', 'healthy');
  // Fails every second time while the file is there, always when it is not.
  const probe = `echo >> ${count}; test -e ${healthy} || { echo ill; exit 3; }; exit $(( $(wc -l < ${count}) %% 2 ))`;
  writeFileSync(join(folder, 'probe.sh'), probe.replace('%%', '%'));
  writeFileSync(healthy, '');
  const daemon = await startDaemon(
    t,
    `[watcher:web]\ncmd = sleep 100\nliveness = exec\nliveness_target = sh ${folder}/probe.sh\n${options}`,
    { folder },
  );
  const [pid] = await daemon.running('web', 1);
  await until(
    'it was asked often',
    () => readFileSync(count, 'utf8').length,
    (times) => times > 6,
  );
  assert.deepEqual(await daemon.pids('web'), [pid]);
  rmSync(healthy);
  assert.match(await reasonOf(daemon, pid), /^liveness exec: exit code 3: ill, 2 times in a row$/);
});

test('probes of one watcher that hang do not delay those of another', async (t) => {
  const folder = makeFolder(t);
  const count = join(folder, 'out', 'count');
  const daemon = await startDaemon(
    t,
    `[watcher:hanging]
cmd = sleep 100
numprocesses = 12
liveness = exec
liveness_target = sh -c 'yes & sleep 1000'
liveness_interval = 0.1
liveness_timeout = 2
liveness_failures = 100
[watcher:web]
cmd = sleep 100
liveness = exec
liveness_target = sh -c 'echo >> ${count}'
liveness_interval = 0.1
liveness_timeout = 2`,
    { folder },
  );
  await daemon.running('hanging', 12);
  const begin = performance.now();
  await until(
    'it was asked often',
    () => readFileSync(count, 'utf8').length,
    (times) => times > 8,
  );
  t.diagnostic(`asked 8 times in ${Math.round(performance.now() - begin)} ms`);
  assert.equal(daemon.names(0, 'web').includes('reap'), false);
  await daemon.call('stop', { waiting: true });
});

test('a process that says STOPPING=1 has the time to end that graceful_timeout gives', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:web]
cmd = ${python} -c "import os, socket, time; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect(chr(0) + os.environ['NOTIFY_SOCKET'][1:]); s.send(b'READY=1'); s.send(b'STOPPING=1'); time.sleep(1.2)"
readiness = notify
liveness = exec
liveness_target = false
graceful_timeout = 30
${options}`,
    { folder },
  );
  const { payload } = await daemon.awaitEvent('web', 'reap');
  assert.deepEqual([payload['exit_code'], payload['reason']], [0, null]);
});
