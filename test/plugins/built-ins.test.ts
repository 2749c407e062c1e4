/** Every built-in plugin by the class path of the original, with a daemon that knows the protocol alone. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { chmodSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '#libs/protocol';
import { ProtocolDaemon } from '../companions/protocol-daemon.ts';
import {
  findFreePort,
  hasComponent,
  isReadable,
  makeFolder,
  Program,
  run,
} from '../system/daemon.ts';
import { until, within } from '../system/until.ts';
import { type Datagrams, receiveDatagrams } from './datagrams.ts';
import { runPlugin } from './run-plugin.ts';

/** Class paths of Circus, and what each needs to be told. */
const builtIns: Readonly<Record<string, Record<string, string | number>>> = {
  'circus.plugins.flapping.Flapping': {},
  'circus.plugins.statsd.StatsdEmitter': {},
  'circus.plugins._statsd.StatsdEmitter': {},
  'circus.plugins.statsd.FullStats': {},
  'circus.plugins.resource_watcher.ResourceWatcher': { watcher: 'web' },
  'circus.plugins.command_reloader.CommandReloader': {},
  'circus.plugins.http_observer.HttpObserver': {},
  'circus.plugins.redis_observer.RedisObserver': {},
  'circus.plugins.watchdog.WatchDog': { port: 0 },
};

test('each is a file of its own', () => {
  const files = readdirSync('services/plugin-runner/catalog');
  assert.equal(
    files.length,
    new Set(Object.keys(builtIns).map((path) => path.split('.').at(-1))).size,
  );
});

for (const [use, config] of Object.entries(builtIns)) {
  test(`${use} starts, hears of events, and ends when it is asked to`, async (t) => {
    const daemon = await ProtocolDaemon.start(t, { watchers: { web: { pids: [4711] } } });
    const given = 'port' in config ? { ...config, port: await findFreePort() } : config;
    const program = await runPlugin(t, daemon, use, given);
    await daemon.publish('web', 'spawn', { process_pid: 4712 });
    await daemon.publish('web', 'reap', { process_pid: 4711, exit_code: 1 });
    program.kill('SIGTERM');
    assert.deepEqual(await within('it ends', program.ended, 5_000), { code: 0, signal: null });
    assert.match(
      program.stderr,
      /Loading the plugin\.\.\.\n.*Endpoint: 'tcp:\S+'\n.*Pub\/sub: 'tcp:\S+'\n(.*\n)*.*Starting\n(.*\n)*.*Stopping\n/,
    );
    assert.doesNotMatch(program.stderr, /ERROR|WARNING/);
  });
}

/** The scripted daemon's statsd, and what a plugin has to be told of it. */
async function withStatsd(
  t: TestContext,
): Promise<{ statsd: Datagrams; told: Record<string, string | number> }> {
  const statsd = await receiveDatagrams(t);
  return { statsd, told: { port: statsd.port, host: '127.0.0.1', application_name: 'x' } };
}

async function untilLine(statsd: Datagrams, line: string | RegExp): Promise<void> {
  const isLine = (one: string): boolean =>
    typeof line === 'string' ? one === line : line.test(one);
  await until(
    `datagram ${line}`,
    () => [...new Set(statsd.lines)],
    (lines) => lines.some(isLine),
  );
}

function casts(daemon: ProtocolDaemon, command: string): JsonObject[] {
  return daemon.requests
    .filter((request) => request.command === command && request.msg_type === 'cast')
    .map(({ properties }) => properties as JsonObject);
}

test('StatsdEmitter tells the part that it sends, and sends that part', async (t) => {
  const { statsd, told } = await withStatsd(t);
  const daemon = await ProtocolDaemon.start(t);
  await runPlugin(t, daemon, 'circus.plugins.statsd.StatsdEmitter', { ...told, sample_rate: 0.25 });
  for (let count = 0; count < 2_000; count += 1) await daemon.publish('web', 'spawn');
  await daemon.publish('web', 'stop');
  await until(
    'about a quarter',
    () => statsd.lines.length,
    (count) => count > 400,
  );
  assert.ok(
    statsd.lines.every((line) => /^circus\.x\.watcher\.web\.(spawn|stop):1\|c\|@0\.25$/.test(line)),
  );
  await until(
    'all are through',
    () => daemon.countOf('events'),
    (count) => count > 0,
  );
  assert.ok(statsd.lines.length < 600, String(statsd.lines.length));
});

test('StatsdEmitter gives the watcher as a tag of DogStatsD', async (t) => {
  const { statsd, told } = await withStatsd(t);
  const daemon = await ProtocolDaemon.start(t);
  await runPlugin(t, daemon, 'statsd-emitter', { ...told, dogstatsd: 'yes' });
  await daemon.publish('web', 'spawn');
  await untilLine(statsd, 'circus.x.watcher.spawn:1|c|#watcher:web');
});

const info = {
  4711: {
    pid: 4711,
    cpu: 12.5,
    mem: 1.5,
    mem_info1: '8.50M',
    children: [{ pid: 4720, cpu: 99, mem: 1, mem_info1: '1.00M', children: [] }],
  },
  4712: { pid: 4712, cpu: 30, mem: 2, mem_info1: '512B', children: [] },
};

test('FullStats tells what processes use', async (t) => {
  const { statsd, told } = await withStatsd(t);
  const daemon = await ProtocolDaemon.start(t);
  daemon.answers.set('stats', () => ({ infos: { web: info, empty: {}, 'plugin:x': info } }));
  await runPlugin(t, daemon, 'circus.plugins.statsd.FullStats', { ...told, loop_rate: 0.05 });
  await untilLine(statsd, 'circus.x.watcher._stats.empty.watchers_num:0|g');
  for (const line of [
    ...[
      'watchers_num:2|g',
      'cpu_max:30|g',
      'cpu_sum:42.5|g',
      'mem_pct_max:2|g',
      'mem_pct_sum:3.5|g',
    ],
    ...['mem_max:8912896|g', 'mem_sum:8913408|g'],
  ]) {
    await untilLine(statsd, `circus.x.watcher._stats.web.${line}`);
  }
  assert.ok(!statsd.lines.some((line) => /plugin|empty\.cpu/.test(line)));
  daemon.answers.set('stats', () => ({ status: 'error', reason: 'no', errno: 5 }));
  await untilLine(statsd, 'circus.x.watcher._stats.error:1|c');
});

test('ResourceWatcher restarts a watcher that has passed a limit too often in a row', async (t) => {
  const { statsd, told } = await withStatsd(t);
  const daemon = await ProtocolDaemon.start(t, { watchers: { web: { pids: [4711, 4712] } } });
  daemon.answers.set('stats', () => ({ info }));
  await runPlugin(t, daemon, 'circus.plugins.resource_watcher.ResourceWatcher', {
    ...{ ...told, loop_rate: 0.05, watcher: 'web', max_cpu: 29, max_mem: '8M', max_count: 3 },
  });
  await until(
    'it restarts',
    () => casts(daemon, 'restart'),
    ({ length }) => length > 0,
  );
  assert.deepEqual(casts(daemon, 'restart')[0], { name: 'web' });
  assert.ok(daemon.countOf('stats') >= 4);
  for (const what of ['over_cpu', 'over_memory', 'restarting']) {
    await untilLine(statsd, `circus.x.watcher._resource_watcher.web.${what}:1|c`);
  }
});

test('ResourceWatcher judges children alone, and signals them', async (t) => {
  const daemon = await ProtocolDaemon.start(t, { watchers: { web: { pids: [4711] } } });
  daemon.answers.set('stats', () => ({ info }));
  await runPlugin(t, daemon, 'resource-watcher', {
    ...{ watcher: 'web', loop_rate: 0.05, max_count: 1, process_children: 1, child_signal: 'HUP' },
  });
  await until(
    'it signals',
    () => casts(daemon, 'signal'),
    ({ length }) => length > 0,
  );
  assert.deepEqual(casts(daemon, 'signal')[0], {
    name: 'web',
    pid: 4711,
    childpid: 4720,
    signum: 1,
  });
  assert.deepEqual(casts(daemon, 'restart'), []);
});

test('ResourceWatcher wants to know which watcher', async (t) => {
  const daemon = await ProtocolDaemon.start(t);
  const { code, stderr } = await run([
    ...[process.execPath, 'bin/circus-plugin.js', '--endpoint', daemon.endpoint],
    ...['--pubsub', daemon.pubsub, 'resource-watcher'],
  ]);
  assert.deepEqual(
    [code, /\[ERROR\] wrong options: watcher is not given: write watcher = NAME\n$/.test(stderr)],
    [1, true],
    stderr,
  );
});

test('CommandReloader restarts a watcher whose program has changed, and no other', async (t) => {
  const folder = makeFolder(t);
  for (const name of ['web', 'other']) {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), 0o755);
  }
  const options = (name: string): JsonObject => ({ cmd: `./${name} --flag`, working_dir: folder });
  const daemon = await ProtocolDaemon.start(t, {
    watchers: {
      web: { pids: [], options: options('web') },
      other: { pids: [], options: options('other') },
      missing: { pids: [], options: { cmd: 'no-such-program' } },
      'plugin:x': { pids: [], options: options('web') },
    },
  });
  await runPlugin(t, daemon, 'circus.plugins.command_reloader.CommandReloader', {
    loop_rate: 0.05,
  });
  await until(
    'it has looked twice',
    () => daemon.countOf('options'),
    (count) => count >= 8,
  );
  utimesSync(join(folder, 'web'), new Date(), new Date(Date.now() + 5_000));
  await until(
    'it restarts',
    () => casts(daemon, 'restart'),
    ({ length }) => length > 0,
  );
  const looks = daemon.countOf('list');
  await until(
    'it has looked again',
    () => daemon.countOf('list'),
    (count) => count >= looks + 2,
  );
  assert.deepEqual(casts(daemon, 'restart'), [{ name: 'web' }]);
});

test('HttpObserver tells how long a page takes, and restarts a watcher when there is none', async (t) => {
  const { statsd, told } = await withStatsd(t);
  const daemon = await ProtocolDaemon.start(t);
  let status = 200;
  const server = createServer((_, response) => response.writeHead(status).end('hello'));
  await new Promise<void>((bound) => server.listen(0, '127.0.0.1', bound));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  await runPlugin(t, daemon, 'circus.plugins.http_observer.HttpObserver', {
    ...{
      ...told,
      loop_rate: 0.05,
      check_url: `http://127.0.0.1:${address.port}/`,
      restart_on_error: 'web',
    },
  });
  await untilLine(statsd, /^circus\.x\.watcher\.http_stats\.request_time:[\d.]+\|ms$/);
  assert.deepEqual(casts(daemon, 'restart'), []);
  status = 503;
  await untilLine(statsd, 'circus.x.watcher.http_stats.error.503:1|c');
  server.close();
  server.closeAllConnections();
  await untilLine(statsd, 'circus.x.watcher.http_stats.error.599:1|c');
  for (const what of ['error', 'restart_on_error'])
    await untilLine(statsd, `circus.x.watcher.http_stats.${what}:1|c`);
  assert.deepEqual(casts(daemon, 'restart')[0], { name: 'web' });
});

test('RedisObserver tells what a real server tells, when it is killed and when it is back', async (t) => {
  if (!hasComponent(t, 'redis-server', isReadable('/usr/bin/redis-server'))) return;
  const { statsd, told } = await withStatsd(t);
  const daemon = await ProtocolDaemon.start(t);
  const port = await findFreePort();
  const redis = (): Program => {
    const flags = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const server = new Program(['/usr/bin/redis-server', ...flags]);
    t.after(async () => {
      server.kill('SIGKILL');
      await server.ended;
    });
    return server;
  };
  const first = redis();
  await runPlugin(t, daemon, 'circus.plugins.redis_observer.RedisObserver', {
    ...{
      ...told,
      loop_rate: 0.1,
      timeout: 2,
      redis_url: `redis://127.0.0.1:${port}/0`,
      restart_on_timeout: 'redis',
    },
  });
  await untilLine(statsd, /^circus\.x\.watcher\.redis_stats\.used_memory:\d+\|g$/);
  await untilLine(statsd, 'circus.x.watcher.redis_stats.connected_slaves:0|g');
  first.kill('SIGKILL');
  await first.ended;
  await untilLine(statsd, 'circus.x.watcher.redis_stats.error:1|c');
  await untilLine(statsd, 'circus.x.watcher.redis_stats.restart_on_error:1|c');
  await until(
    'the restart',
    () => casts(daemon, 'restart').at(-1),
    (cast) => cast?.['name'] === 'redis',
  );
  redis();
  const from = statsd.lines.length;
  await until('it is back', () =>
    statsd.lines.slice(from).some((line) => line.includes('uptime_in_seconds')),
  );
});

test('WatchDog kills whoever is silent, and nobody else', async (t) => {
  const port = await findFreePort();
  const daemon = await ProtocolDaemon.start(t, {
    watchers: { web: { pids: [4711, 4712] }, other: { pids: [4713] } },
  });
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  const beats = setInterval(() => {
    for (const pid of [4711, 4714]) socket.send(`${pid};${Date.now()}`, port, '127.0.0.1');
  }, 50);
  t.after(() => clearInterval(beats));
  await runPlugin(t, daemon, 'circus.plugins.watchdog.WatchDog', {
    ...{ port, loop_rate: 0.2, max_count: 5, watchers_regex: 'we' },
    ...{ watchers_stop_signal: 'QUIT', watchers_graceful_timeout: 3 },
  });
  await until(
    'it knows them',
    () => daemon.countOf('list'),
    (count) => count >= 3,
  );
  await daemon.publish('web', 'spawn', { process_pid: 4714 });
  await daemon.publish('web', 'spawn', { process_pid: 4715 });
  await daemon.publish('web', 'spawn', { process_pid: 4716 });
  await daemon.publish('web', 'reap', { process_pid: 4716 });
  await until(
    'it kills two',
    () => casts(daemon, 'kill'),
    ({ length }) => length >= 2,
  );
  const expected = { name: 'web', signum: 3, graceful_timeout: 3 };
  assert.deepEqual(
    casts(daemon, 'kill').sort((a, b) => Number(a['pid']) - Number(b['pid'])),
    [
      { ...expected, pid: 4712 },
      { ...expected, pid: 4715 },
    ],
  );
});
