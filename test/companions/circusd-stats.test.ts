/** circusd-stats against a daemon that knows protocol.md alone (protocol 2.6, 4, 9). */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../system/until.ts';
import { ProtocolDaemon } from './protocol-daemon.ts';
import { startSleepers, startStats } from './running-stats.ts';

/** Keys of a process on the stats channel that release 0.19 has. */
const processKeys = [
  'age',
  'children',
  'cmdline',
  'cpu',
  'create_time',
  'ctime',
  'mem',
  'mem_info1',
  'mem_info2',
  'name',
  'nice',
  'pid',
  'subtopic',
  'username',
];

test('publishes every process, every watcher and circus itself under the names of topics', async (t) => {
  const [one = 0, two = 0] = startSleepers(t, 2);
  const daemon = await ProtocolDaemon.start(t, {
    watchers: {
      'web one': { pids: [one], numprocesses: 2 },
      'a.b-ü': { pids: [two] },
      'circusd-stats': { pids: [process.pid] },
      idle: { pids: [], status: 'stopped' },
    },
  });
  const stats = await startStats(t, daemon);
  const seen = stats.subscribe();
  const process1 = await seen.next(`stat.web_one.${one}`, ({ cpu }) => cpu !== undefined);
  assert.deepEqual(
    processKeys.filter((key) => !(key in process1)),
    [],
  );
  assert.equal(process1['subtopic'], one);
  assert.equal(process1['name'], null);
  assert.equal(process1['cmdline'], 'sleep');
  assert.deepEqual(process1['children'], []);
  assert.match(String(process1['mem_info1']), /^\d+\.\d\d[KM]$/);

  const group = await seen.next('stat.web_one');
  assert.deepEqual(group['pid'], [one]);
  assert.equal(group['state'], 'active');
  assert.equal(group['numprocesses'], 2);
  assert.equal(group['mem'], process1['mem']);
  await seen.next(`stat.a.b-ü.${two}`);

  const idle = await seen.next('stat.idle');
  const { pid, cpu, mem, age, state } = idle;
  assert.deepEqual(
    { pid, cpu, mem, age, state },
    { pid: [], cpu: 0, mem: 0, age: 'N/A', state: 'stopped' },
  );

  const circusd = await seen.next(`stat.circus.${process.pid}`);
  assert.equal(circusd['name'], 'circusd');
  const itself = await seen.next(`stat.circus.${stats.program.pid}`);
  assert.equal(itself['name'], 'circusd-stats');
  assert.deepEqual((await seen.next('stat.circus'))['pid'], [process.pid, stats.program.pid]);
  assert.deepEqual(seen.of('stat.circusd-stats'), []);
  assert.deepEqual(seen.of('stat.sockets'), []);
});

test('follows events: spawn, reap, kill, stop, and remembers why processes have ended', async (t) => {
  const [one = 0, two = 0, three = 0] = startSleepers(t, 3);
  const daemon = await ProtocolDaemon.start(t, { watchers: { web: { pids: [one] } } });
  const stats = await startStats(t, daemon);
  const seen = stats.subscribe('stat.web');
  await seen.next('stat.web');
  await daemon.subscribed();

  await daemon.publish('web', 'spawn', { process_pid: two });
  await seen.next('stat.web', ({ pid }) => String(pid) === String([one, two]));
  await daemon.publish('web', 'reap', { process_pid: one, exit_code: 3 });
  const crashed = await seen.next('stat.web', ({ pid }) => String(pid) === String([two]));
  assert.equal(crashed['restarts'], 1);
  assert.deepEqual(
    { ...(crashed['last_exit'] as object), time: 0 },
    { pid: one, exit_code: 3, time: 0 },
  );

  // A process that is told to end may take its time: it is still there.
  await daemon.publish('web', 'kill', { process_pid: two });
  await daemon.publish('web', 'spawn', { process_pid: three });
  await seen.next('stat.web', ({ pid }) => String(pid) === String([two, three]));
  await daemon.publish('web', 'reap', { process_pid: two, exit_code: -15 });
  const asked = await seen.next('stat.web', ({ pid }) => String(pid) === String([three]));
  assert.equal(asked['restarts'], 1, 'an end that was asked for is no restart');

  const web = daemon.watchers['web'];
  if (web !== undefined) web.status = 'stopped';
  await daemon.publish('web', 'stop');
  const stopped = await seen.next('stat.web', ({ state }) => state === 'stopped');
  assert.deepEqual(stopped['pid'], []);
});

test('asks again when events are missing, and when a watcher is unknown', async (t) => {
  const [one = 0, two = 0] = startSleepers(t, 2);
  const daemon = await ProtocolDaemon.start(t, { watchers: { web: { pids: [one] } } });
  const stats = await startStats(t, daemon);
  const seen = stats.subscribe('stat.');
  await seen.next('stat.web');
  await daemon.subscribed();
  const web = daemon.watchers['web'];
  assert.ok(web);
  web.pids = [two];
  daemon.loseEvents(2);
  await daemon.publish('web', 'updated');
  await seen.next('stat.web', ({ pid }) => String(pid) === String([two]));

  daemon.watchers['new one'] = { pids: [one] };
  await daemon.publish('new one', 'add');
  await seen.next(`stat.new_one.${one}`);
  await daemon.publish('new one', 'remove');
  const from = seen.messages.length;
  await seen.next('stat.web');
  await seen.next('stat.web');
  const after = seen.messages.slice(from).filter(({ topic }) => topic === 'stat.new_one');
  assert.ok(after.length <= 1, 'a removed watcher is told of no more');
});

test('knows what happened before it came, from the events that circusd keeps', async (t) => {
  const [one = 0] = startSleepers(t, 1);
  const daemon = await ProtocolDaemon.start(t, { watchers: { web: { pids: [one] } } });
  await daemon.publish('web', 'start');
  for (const pid of [11, 12, 13]) {
    await daemon.publish('web', 'spawn', { process_pid: pid });
    await daemon.publish('web', 'reap', { process_pid: pid, exit_code: pid });
  }
  const stats = await startStats(t, daemon);
  const web = await stats.subscribe('stat.web').next('stat.web');
  assert.equal(web['restarts'], 3);
  assert.equal((web['last_exit'] as { exit_code: number }).exit_code, 13);
  assert.ok(Number(web['uptime']) < 60, 'since the start event');
});

test('works with a daemon that counts and keeps no events, as that of 0.19', async (t) => {
  const [one = 0, two = 0] = startSleepers(t, 2);
  const daemon = await ProtocolDaemon.start(t, {
    watchers: { web: { pids: [one] } },
    countsEvents: false,
  });
  const unknown = { status: 'error', reason: "unknown command: 'events'", errno: 2 };
  daemon.answers.set('events', () => unknown);
  const stats = await startStats(t, daemon);
  const seen = stats.subscribe('stat.web');
  await seen.next('stat.web');
  await daemon.subscribed();
  await daemon.publish('web', 'spawn', { process_pid: two });
  await seen.next('stat.web', ({ pid }) => String(pid) === String([one, two]));
});

test('tells a process that has vanished no more, and a zombie as what it is', async (t) => {
  const [one = 0] = startSleepers(t, 1);
  // The shell becomes a sleep that never asks after its child.
  const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 600']);
  t.after(() => parent.kill('SIGKILL'));
  const zombie = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (text) => resolve(Number(text)));
  });
  const daemon = await ProtocolDaemon.start(t, { watchers: { web: { pids: [one, zombie] } } });
  const stats = await startStats(t, daemon);
  const seen = stats.subscribe('stat.web');
  await seen.next(`stat.web.${zombie}`, ({ nice }) => nice === 'Zombie');
  process.kill(one, 'SIGKILL');
  await seen.next('stat.web', ({ pid }) => String(pid) === String([zombie]));
});

test('samples nothing while nobody is subscribed, and only what is wanted', async (t) => {
  const [one = 0, two = 0] = startSleepers(t, 2);
  const daemon = await ProtocolDaemon.start(t, {
    watchers: { web: { pids: [one] }, other: { pids: [two] } },
  });
  const stats = await startStats(t, daemon);
  const seen = stats.subscribe(`stat.web.${one}`);
  await seen.next(`stat.web.${one}`);
  await seen.next(`stat.web.${one}`);
  assert.deepEqual([...new Set(seen.messages.map(({ topic }) => topic))], [`stat.web.${one}`]);
  seen.close();
  // State is asked for in a pass: none happens when nobody is there.
  await sleep(300);
  const before = daemon.countOf('status');
  await daemon.publish('web', 'start');
  await sleep(500);
  assert.equal(daemon.countOf('status'), before);
  await stats.subscribe('stat.web').next('stat.web');
  assert.ok(daemon.countOf('status') > before);
});

test('counts connections that wait and connections that are served, of a socket', async (t) => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const { port } = address;
  const daemon = await ProtocolDaemon.start(t, {
    sockets: [{ fd: 7, name: 'web', backlog: 16, host: '127.0.0.1', port }],
  });
  const stats = await startStats(t, daemon);
  const seen = stats.subscribe('stat.sockets');
  const idle = await seen.next('stat.sockets.7');
  assert.deepEqual(idle, {
    fd: 7,
    subtopic: 7,
    reads: 0,
    address: `127.0.0.1:${port}`,
    name: 'web',
    queue: 0,
    backlog: 16,
    connections: 0,
  });
  const clients = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'));
  t.after(() => {
    for (const client of clients) client.destroy();
  });
  await seen.next('stat.sockets.7', ({ connections }) => connections === 3);
  const { addresses, reads } = await seen.next('stat.sockets');
  assert.deepEqual({ addresses, reads }, { addresses: [`127.0.0.1:${port}`], reads: 0 });
});

for (const signal of ['SIGHUP', 'SIGQUIT', 'SIGINT', 'SIGTERM', 'SIGWINCH'] as const) {
  test(`ends at ${signal} with exit code 0`, async (t) => {
    const stats = await startStats(t, await ProtocolDaemon.start(t));
    stats.program.kill(signal);
    const ending = await within('its end', stats.program.ended, 5_000);
    assert.deepEqual(ending, { code: 0, signal: null });
  });
}

test('SIGUSR1 opens no debugger', async (t) => {
  const stats = await startStats(t, await ProtocolDaemon.start(t));
  const seen = stats.subscribe('stat.circus');
  stats.program.kill('SIGUSR1');
  await seen.next('stat.circus');
  assert.doesNotMatch(stats.program.stderr, /[Dd]ebugger/);
});

test('an address that is in use is told, with exit code 1; an unknown flag with 2', async (t) => {
  const daemon = await ProtocolDaemon.start(t);
  const first = await startStats(t, daemon);
  const run = (...flags: string[]) => {
    const child = spawn(process.execPath, ['dist/circusd-stats.cjs', ...flags]);
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    return new Promise<{ code: number | null; stderr: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, stderr })),
    );
  };
  const second = await run('--endpoint', daemon.endpoint, '--statspoint', first.endpoint);
  assert.equal(second.code, 1);
  assert.match(
    second.stderr,
    /cannot publish at 'tcp:\/\/127\.0\.0\.1:\d+': Address already in use/,
  );
  const wrong = await run('--period', 'often');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--period .*Give a number of seconds from 0\.1 up/);
});

test('waits for a daemon that is not there yet', async (t) => {
  const [one = 0] = startSleepers(t, 1);
  const daemon = await ProtocolDaemon.start(t, { watchers: { web: { pids: [one] } } });
  let isDeaf = true;
  daemon.answers.set('list', ({ name }) => {
    if (isDeaf) return { status: 'error', reason: 'arbiter is starting', errno: 5 };
    return name === undefined ? { watchers: ['web'] } : { pids: [one] };
  });
  const stats = await startStats(t, daemon);
  const seen = stats.subscribe('stat.web');
  await sleep(300);
  isDeaf = false;
  await seen.next(`stat.web.${one}`);
  assert.equal(stats.program.stderr.match(/circusd does not tell its processes/g)?.length, 1);
});
