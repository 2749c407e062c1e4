/** Every option of `[circus]`; what all rows try makes one section. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Subscriber } from 'zeromq';
import { EventSubscriber } from '#libs/client';
import { configText, programWords, readLines } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { readCommandLine } from './command-line.ts';
import { noEffect, observed, type Rows, type Sight } from './rows.ts';

/** Longer than this an observation of what may not be there yet does not wait. */
const briefMs = 2_000;

async function globalOption(sight: Sight, name: string): Promise<unknown> {
  return Object((await sight.daemon.call('globaloptions'))['options'])[name];
}

async function hasWatcher({ daemon }: Sight, name: string): Promise<boolean> {
  return ((await daemon.call('list'))['watchers'] as string[]).includes(name);
}

/** Where standard output of a watcher's first process leads to. */
async function outputOf({ daemon }: Sight, name: string): Promise<string> {
  const [pid] = await daemon.running(name, 1);
  return readlinkSync(`/proc/${pid}/fd/1`);
}

const log = ({ out }: Sight): string => readFileSync(join(out, 'log'), 'utf8');

async function hasSpawnedTwice(daemon: Sight['daemon'], name: string): Promise<boolean> {
  const events = await daemon.replay({ name });
  return events.filter(({ topic }) => String(topic).endsWith('.spawn')).length > 1;
}

/** When messages about circusd came from its statistics: so many. */
async function statTimes({ out }: Sight, count: number): Promise<number[]> {
  const socket = new Subscriber({ receiveTimeout: 15_000 });
  const times: number[] = [];
  try {
    socket.connect(`ipc://${out}/stats`);
    socket.subscribe('stat.circus');
    while (times.length < count) {
      const [topic] = await socket.receive();
      if (String(topic) === 'stat.circus') times.push(performance.now());
    }
  } finally {
    socket.close();
  }
  return times;
}

/** What answers to a datagram at the group that the configuration names. */
async function discover(): Promise<string> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve, reject) => {
      socket.on('message', (message) => resolve(message.toString()));
      socket.on('error', reject);
      socket.send('?', 12_027, '237.219.251.97');
      setTimeout(() => reject(new Error('nobody answers')), briefMs).unref();
    });
  } finally {
    socket.close();
  }
}

/** Waits for an answer of the console. */
async function askConsole({ daemon }: Sight, path: string, body?: object): Promise<Response> {
  const text = readFileSync(join(daemon.folder, 'circus.ini'), 'utf8');
  const origin = `http://127.0.0.3:${/^httpd_port = (\d+)$/m.exec(text)?.[1]}`;
  const headers = { origin, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  const ask = () => fetch(`${origin}${path}`, { ...sent, signal: AbortSignal.timeout(5_000) });
  return await until('an answer of the console', ask);
}

async function assertConsole(sight: Sight): Promise<void> {
  const answer = await askConsole(sight, '/');
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /<title>Circus/);
}

/** Who may sign in to the console: `me` with the password `a secret of mine`. */
export function writeUsersFile(path: string): void {
  const words = [resolve('bin/circushttpd.js'), 'user', 'add', 'me', '--users-file', path];
  execFileSync(process.execPath, words, { input: 'a secret of mine\n' });
}

/** Contradicts others and is seen with a circusd of its own. */
export const seenApart = 'loggerconfig';

/** The watcher `one` writes its umask; `OWNER` is nobody, for those who may give files away. */
export const circusObservations: Rows = {
  endpoint: observed(
    'endpoint = ipc://FOLDER/control',
    'commands are answered there',
    async (sight) => {
      assert.equal(await globalOption(sight, 'endpoint'), sight.daemon.endpoint);
    },
  ),
  pubsub_endpoint: observed(
    'pubsub_endpoint = ipc://FOLDER/events',
    'events arrive there',
    async ({ daemon }) => {
      const subscriber = new EventSubscriber(daemon.pubsub);
      const topics: string[] = [];
      const reading = (async () => {
        for await (const { topic } of subscriber) topics.push(topic);
      })();
      await until('the event', async () => {
        await daemon.call('set', { name: 'one', options: { max_retry: 3 } });
        return topics.includes('watcher.one.updated');
      });
      subscriber.close();
      await reading;
    },
  ),
  log_endpoint: observed(
    'log_endpoint = ipc://FOLDER/logs',
    'bound there once somebody asks for live output',
    async ({ daemon }) => {
      const path = join(daemon.folder, 'logs');
      assert.equal(existsSync(path), false);
      const { endpoint } = await daemon.call('logs', { follow: true });
      assert.equal(endpoint, `ipc://${path}`);
      assert.ok(statSync(path).isSocket());
    },
  ),
  check_delay: observed(
    'check_delay = 0.5',
    'a process is replaced that is too old',
    async (sight) => {
      assert.equal(await globalOption(sight, 'check_delay'), 0.5);
      await until('a look at max_age', () => hasSpawnedTwice(sight.daemon, 'ageing'));
    },
  ),
  endpoint_owner: observed(
    'endpoint_owner = OWNER',
    'the file of the endpoint is theirs alone; `add` refuses another uid',
    async ({ daemon }) => {
      const { uid, mode } = statSync(daemon.endpoint.slice('ipc://'.length));
      assert.deepEqual([uid, mode & 0o777], [process.getuid?.() === 0 ? 65_534 : uid, 0o600]);
      const other = { name: 'other', cmd: 'sleep 600', options: { uid: 12_345 } };
      await assert.rejects(daemon.call('add', other), { message: /endpoint_owner/ });
    },
  ),
  include: observed('include = included.ini', 'the watcher of that file runs', async (sight) => {
    assert.ok(await hasWatcher(sight, 'from-include'));
  }),
  include_dir: observed('include_dir = out', 'the watcher of a file in it runs', async (sight) => {
    assert.ok(await hasWatcher(sight, 'from-dir'));
  }),
  warmup_delay: observed('warmup_delay = 0.2', 'pause between watchers', async ({ daemon }) => {
    const starts = await until(
      'starts',
      async () => (await daemon.replay()).filter(({ topic }) => String(topic).endsWith('.start')),
      ({ length }) => length >= 3,
    );
    assert.ok(Number(starts[2]?.['time']) - Number(starts[0]?.['time']) > 0.3);
  }),
  pidfile: observed('pidfile = OUT/pid', 'the file has the pid', async ({ daemon, out }) => {
    assert.equal(readFileSync(join(out, 'pid'), 'utf8'), `${daemon.pid}\n`);
  }),
  umask: observed('umask = 027', 'a process has it', async ({ daemon }) => {
    await until(
      'umask',
      () => readLines(daemon.folder, 'umask')[0],
      (mask) => mask === '0027',
    );
  }),
  loglevel: observed('loglevel = debug', 'the log has lines of DEBUG', async (sight) => {
    await sight.daemon.call('kill', { name: 'one', waiting: true });
    await until('debug lines', () => log(sight).includes('[DEBUG]'));
  }),
  logoutput: observed('logoutput = OUT/log', 'the log is there', async (sight) => {
    assert.match(log(sight), /Starting master on pid/);
  }),
  loggerconfig: observed(
    'loggerconfig = OUT/logging.json',
    'circusd logs at the level and to the file that it names',
    async ({ daemon, out }) => {
      const output = join(out, 'other.log');
      const logger = { level: 'DEBUG', handlers: ['file'] };
      const handlers = { file: { class: 'logging.FileHandler', filename: output } };
      writeFileSync(join(out, 'logging.json'), JSON.stringify({ root: logger, handlers }));
      const circus = `loggerconfig = ${out}/logging.json`;
      writeFileSync(
        join(out, 'other.conf'),
        configText(out, '[watcher:a]\ncmd = sleep 600\n', circus),
      );
      const other = daemon.launch(programWords('circusd', join(out, 'other.conf')));
      await until('it serves', () => existsSync(join(out, 'control')));
      daemon.launch(programWords('circusctl', '--endpoint', `ipc://${out}/control`, 'kill', 'a'));
      await until('lines of DEBUG', () => readFileSync(output, 'utf8').includes('[DEBUG]'));
      other.kill('SIGTERM');
      await other.ended;
    },
  ),
  statsd: observed('statsd = True', 'statistics of circusd are published', async (sight) => {
    assert.ok((await statTimes(sight, 1)).length === 1);
  }),
  stats_period: observed('stats_period = 0.2', 'so often', async (sight) => {
    const [one = 0, , , four = 0] = await statTimes(sight, 4);
    assert.ok(four - one < 2_500, `${four - one}`);
  }),
  stats_endpoint: observed('stats_endpoint = ipc://OUT/stats', 'it is bound', async ({ out }) => {
    const isBound = (): boolean => statSync(join(out, 'stats')).isSocket();
    await until('the file of the endpoint', isBound);
  }),
  statsd_close_outputs: observed(
    'statsd_close_outputs = True',
    'its output is /dev/null',
    async (sight) => assert.equal(await outputOf(sight, 'circusd-stats'), '/dev/null'),
  ),
  httpd: observed('httpd = True', 'a web page comes', assertConsole),
  httpd_host: observed('httpd_host = 127.0.0.3', 'from this address', assertConsole),
  httpd_port: observed('httpd_port = PORT', 'and this port', assertConsole),
  httpd_users_file: observed(
    'httpd_users_file = OUT/users',
    'who is in the file signs in, by that password alone',
    async (sight) => {
      const signIn = async (password: string): Promise<number> =>
        (await askConsole(sight, '/api/session', { user: 'me', password })).status;
      assert.equal(await signIn('a secret of mine'), 200);
      assert.equal(await signIn('another'), 401);
    },
  ),
  httpd_close_outputs: observed(
    'httpd_close_outputs = True',
    'its output is /dev/null',
    async (sight) => {
      assert.equal(await outputOf(sight, 'circushttpd'), '/dev/null');
    },
  ),
  debug: observed(
    'debug = True',
    'a plugin is told to log at the level debug',
    async ({ daemon }) => {
      const [pid = 0] = await daemon.running('plugin:use', 1);
      assert.ok((await readCommandLine(pid)).includes('--log-level\0debug\0'));
    },
  ),
  multicast_endpoint: observed(
    'multicast_endpoint = udp://237.219.251.97:12027',
    'a datagram to it is answered with the endpoint',
    async ({ daemon }) => {
      assert.equal(JSON.parse(await discover())['endpoint'], daemon.endpoint);
    },
  ),
  fqdn_prefix: observed('fqdn_prefix = node', 'the answer has it', async () => {
    assert.match(await discover(), /node@/);
  }),
  stream_backend: noEffect('streams need no backend', 'stream_backend = gevent'),
  debug_gc: noEffect('Node has another garbage collector', 'debug_gc = True'),
};
