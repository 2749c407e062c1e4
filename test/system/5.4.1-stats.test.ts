/** circusd-stats as circusd runs it (manual 5.4.1, protocol 4). */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '#libs/protocol';
import { SeenStats } from '../companions/running-stats.ts';
import { hasTmux, TopScreen } from '../services/top/tmux.ts';
import {
  configText,
  type Daemon,
  findFreePort,
  hasComponent,
  makeFolder,
  python,
  startDaemon,
} from './daemon.ts';
import { isRunning } from './process-table.ts';
import { until } from './until.ts';

/** A circusd with statistics, and a subscriber to all of them. */
async function startWithStats(
  t: TestContext,
  watchers: string,
  chosen?: string,
): Promise<{ daemon: Daemon; seen: SeenStats; endpoint: string }> {
  const endpoint = chosen ?? (await findEndpoint());
  // Hooks run in order, and when a daemon has ended it is a failure that anything is left.
  const seen = new SeenStats(endpoint);
  t.after(() => seen.close());
  const lines = `stats_endpoint = ${endpoint}\nstats_period = 0.25`;
  const daemon = await startDaemon(t, watchers, { circus: lines });
  return { daemon, seen, endpoint };
}

async function findEndpoint(): Promise<string> {
  return `tcp://127.0.0.1:${await findFreePort()}`;
}

test('stats_endpoint runs circusd-stats, which tells of watchers, circus and sockets', async (t) => {
  const port = await findFreePort();
  const { daemon, seen } = await startWithStats(
    t,
    `[watcher:web.1]
cmd = sleep 600
numprocesses = 2
[socket:web]
host = 127.0.0.1
port = ${port}
[socket:ux]
path = ${join(makeFolder(t), 'ux')}`,
  );
  const pids = await daemon.running('web.1', 2);
  const [stats = 0] = await daemon.pids('circusd-stats');
  const { options } = await daemon.call('options', { name: 'circusd-stats' });
  const { singleton, use_sockets, copy_env } = options as JsonObject;
  assert.deepEqual(
    { singleton, use_sockets, copy_env },
    { singleton: true, use_sockets: true, copy_env: true },
  );

  const group = await seen.next('stat.web.1', ({ pid }) => (pid as number[]).length === 2);
  assert.deepEqual(group['pid'], pids);
  assert.equal(group['state'], 'active');
  for (const pid of pids) await seen.next(`stat.web.1.${pid}`);
  assert.deepEqual((await seen.next('stat.circus'))['pid'], [daemon.pid, stats]);
  assert.equal((await seen.next(`stat.circus.${daemon.pid}`))['name'], 'circusd');

  // Nobody accepts: two clients wait, and are seen to.
  const clients = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  // At the end the socket goes before its clients.
  for (const client of clients) client.on('error', () => undefined);
  t.after(() => {
    for (const client of clients) client.destroy();
  });
  const { sockets } = await daemon.call('listsockets');
  const fd = (sockets as { name: string; fd: number }[]).find(({ name }) => name === 'web')?.fd;
  const waiting = await seen.next(`stat.sockets.${fd}`, ({ queue, reads }) => queue === 2 && reads);
  assert.equal(waiting['address'], `127.0.0.1:${port}`);
  assert.equal(waiting['connections'], 0);
  const { addresses } = await seen.next('stat.sockets', ({ reads }) => reads);
  assert.equal((addresses as string[]).length, 2);
});

test('a pyzmq subscriber reads the documented keys', async (t) => {
  const hasPyzmq = spawnSync(python, ['-c', 'import zmq']).status === 0;
  if (!hasComponent(t, 'python3-zmq', hasPyzmq)) return;
  const { endpoint } = await startWithStats(t, '[watcher:web]\ncmd = sleep 600');
  const script = `
import json, sys, zmq
sub = zmq.Context().socket(zmq.SUB)
sub.setsockopt(zmq.RCVTIMEO, 20000)
sub.connect(sys.argv[1])
sub.setsockopt(zmq.SUBSCRIBE, b"stat.web")
single = group = None
while single is None or group is None:
    topic, body = sub.recv_multipart()
    message = json.loads(body)
    if topic == b"stat.web":
        if message["pid"]:
            group = message
    else:
        assert topic == b"stat.web.%d" % message["subtopic"]
        single = message
print(json.dumps([single, group]))`;
  const output = execFileSync(python, ['-c', script, endpoint], { encoding: 'utf8' });
  const [single, group] = JSON.parse(output) as [JsonObject, JsonObject];
  const { pid, name, cmdline, username, nice, children } = single;
  assert.deepEqual(
    { name, cmdline, nice, children, user: typeof username },
    { name: null, cmdline: 'sleep', nice: 0, children: [], user: 'string' },
  );
  assert.deepEqual(group['pid'], [pid]);
  assert.equal(group['mem'], single['mem']);
  assert.equal(typeof group['age'], 'number');
});

test('circusd-stats killed with -9 is back at once, and the subscriber goes on', async (t) => {
  const { daemon, seen } = await startWithStats(t, '[watcher:web]\ncmd = sleep 600');
  await seen.next('stat.web');
  const [before = 0] = await daemon.running('circusd-stats', 1);
  process.kill(before, 'SIGKILL');
  const after = await until(
    'another circusd-stats',
    () => daemon.pids('circusd-stats'),
    ([pid]) => pid !== undefined && pid !== before,
  );
  // The new one hears of its own process and of circusd's in two answers.
  await seen.next('stat.circus', ({ pid }) => isDeepStrictEqual(pid, [daemon.pid, ...after]));
  await seen.next('stat.web');
});

test('circusd-stats ends when circusd is killed, so that the next one finds its address free', async (t) => {
  const { daemon, seen } = await startWithStats(t, '');
  await seen.next('stat.circus');
  const [stats = 0] = await daemon.pids('circusd-stats');
  process.kill(daemon.pid, 'SIGKILL');
  await until('circusd-stats has ended', () => !isRunning(stats));
});

test('quit, restart and reload do with circusd-stats what they do with any watcher', async (t) => {
  const { daemon, seen } = await startWithStats(t, '[watcher:web]\ncmd = sleep 600');
  await seen.next('stat.web');
  const [first] = await daemon.pids('circusd-stats');
  await daemon.call('reload', { name: 'circusd-stats', waiting: true });
  const [second] = await daemon.running('circusd-stats', 1);
  assert.notEqual(second, first);
  await seen.next('stat.web');
  await daemon.call('restart', { waiting: true });
  const [third] = await daemon.running('circusd-stats', 1);
  assert.notEqual(third, second);
  await seen.next('stat.web');
  assert.doesNotMatch(daemon.log, /WARNING|ERROR|CRITICAL/);
});

test('reloadconfig begins, changes and ends circusd-stats as the file says', async (t) => {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600');
  const endpoint = await findEndpoint();
  const reload = async (circus: string): Promise<void> => {
    const text = configText(daemon.folder, '[watcher:web]\ncmd = sleep 600', circus);
    writeFileSync(join(daemon.folder, 'circus.ini'), text);
    await daemon.call('reloadconfig', { waiting: true });
  };
  const web = await daemon.running('web', 1);
  await reload(`stats_endpoint = ${endpoint}`);
  const [first] = await daemon.running('circusd-stats', 1);
  await reload(`stats_endpoint = ${endpoint}\nstats_period = 0.5`);
  const [second] = await daemon.running('circusd-stats', 1);
  assert.notEqual(second, first);
  await reload('');
  await until(
    'there is none',
    async () => (await daemon.call('list'))['watchers'],
    (names) => String(names) === 'web',
  );
  assert.deepEqual(await daemon.pids('web'), web, 'nobody else is touched');
});

test('figures agree with those of the kernel, on a load that is known', async (t) => {
  // Half of a processor in slices of 10 ms, 200 MB of memory, three children.
  const load = `
import os, time
block = bytearray(200 * 1024 * 1024)
for at in range(0, len(block), 4096): block[at] = 1
for _ in range(3):
    if os.fork() == 0:
        time.sleep(600)
while True:
    start = time.process_time()
    while time.process_time() - start < 0.01: pass
    time.sleep(0.01)`;
  const folder = makeFolder(t);
  const script = join(folder, 'load.py');
  writeFileSync(script, load);
  const { daemon, seen } = await startWithStats(t, `[watcher:load]\ncmd = ${python} ${script}`);
  const [pid = 0] = await daemon.running('load', 1);
  await seen.next(`stat.load.${pid}`, ({ mem_info1 }) => megabytes(mem_info1) > 200);
  // What the same process used in the same time, by the kernel's own account.
  const from = seen.of(`stat.load.${pid}`).length;
  const cpuBefore = cpuSecondsOf(pid);
  const start = performance.now();
  await until('some samples', () => seen.of(`stat.load.${pid}`).length >= from + 12);
  const seconds = (performance.now() - start) / 1_000;
  const expectedCpu = ((cpuSecondsOf(pid) - cpuBefore) / seconds) * 100;
  const samples = seen.of(`stat.load.${pid}`).slice(from);
  const cpu = samples.reduce((sum, sample) => sum + Number(sample['cpu']), 0) / samples.length;
  assert.ok(
    Math.abs(cpu - expectedCpu) <= Math.max(expectedCpu * 0.1, 2),
    `cpu ${cpu} where the kernel says ${expectedCpu}`,
  );
  const rssKb = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
  const memory = megabytes(samples.at(-1)?.['mem_info1']);
  assert.ok(Math.abs(memory - rssKb / 1024) <= memory * 0.1, `${memory} where ps says ${rssKb}`);
  const { infos } = await daemon.call('stats');
  const described = (infos as Record<string, Record<string, { children: unknown[] }>>)['load'];
  assert.equal(described?.[String(pid)]?.children.length, 3);
});

function megabytes(text: unknown): number {
  return String(text).endsWith('M') ? Number.parseFloat(String(text)) : 0;
}

function cpuSecondsOf(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

test('circus-top shows a running circusd, and recovers when circusd-stats is killed', async (t) => {
  if (!hasTmux(t)) return;
  const endpoint = await findEndpoint();
  const screen = new TopScreen(t, ['--endpoint', endpoint]);
  const { daemon } = await startWithStats(
    t,
    '[watcher:web]\ncmd = sleep 600\nnumprocesses = 2\n[watcher:a b]\ncmd = sleep 600',
    endpoint,
  );
  const pids = await daemon.running('web', 2);
  const shows = (lines: readonly string[], pid: number): boolean =>
    lines.some((line) => line.includes(` ${pid} `));
  const [first = 0] = await daemon.pids('circusd-stats');
  const seen = await screen.shows('its processes', (lines) =>
    [...pids, first, daemon.pid].every((pid) => shows(lines, pid)),
  );
  assert.match(seen.join('\n'), /▾ web {2}active 2\/2/);
  assert.match(seen.join('\n'), /▾ a_b {2}active 1\/1/);
  process.kill(first, 'SIGKILL');
  await screen.shows('the next circusd-stats', (lines) =>
    lines.some((line) => line.includes('circusd-stats') && !line.includes(` ${first} `)),
  );
});
