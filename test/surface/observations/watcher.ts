/** Every option of `[watcher:NAME]`, seen by its worker, in events or in the process table. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { readLines, readReport } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { eventsCalled } from './events.ts';
import { hookObservations } from './hooks.ts';
import { limitObservations } from './limits.ts';
import { answeringPid, listedSocket } from './listening.ts';
import { readinessObservations } from './readiness.ts';
import { asRoot, noEffect, observed, type Rows, reported, type Sight } from './rows.ts';
import { streamObservations } from './streams.ts';

async function exitCodeOfStop(sight: Sight): Promise<unknown> {
  await sight.daemon.running(sight.name, 1);
  await sight.daemon.call('stop', { name: sight.name, match: 'simple', waiting: true });
  const [reap] = await eventsCalled(sight, 'reap', 1);
  return reap?.['exit_code'];
}

async function backoffs(sight: Sight, count: number): Promise<number[]> {
  const reaps = await eventsCalled(sight, 'reap', count);
  await sight.daemon.call('stop', { name: sight.name, match: 'simple' });
  return reaps.slice(0, count).map(({ backoff }) => Number(backoff));
}

const crashing = 'cmd = false\n';
const around = (seconds: number, expected: number): boolean =>
  seconds > expected * 0.4 && seconds < expected * 1.6;

const descriptor =
  (fd: string, is: RegExp) => (report: { fds: Readonly<Record<string, string>> }) =>
    is.test(report.fds[fd] ?? '');

/** Every row; what it tries becomes the section of a watcher of its name. REPORT tells what it finds. */
export const watcherObservations: Rows = {
  NAME: observed('cmd = sleep 600', '`list` has it', async ({ daemon }) => {
    assert.ok(((await daemon.call('list'))['watchers'] as string[]).includes('name'));
  }),
  cmd: reported('cmd = REPORT', 'its words', ({ argv }) => argv.length === 3),
  args: reported(
    `args = a 'b c' $(circus.wid)`,
    'the words `a`, `b c` and `1`',
    ({ argv }) => argv.slice(3).join('|') === 'a|b c|1',
  ),
  numprocesses: observed(
    'cmd = sleep 600\nnumprocesses = 2',
    'two processes',
    async ({ daemon, name }) => {
      await daemon.running(name, 2);
    },
  ),
  warmup_delay: observed(
    'cmd = sleep 600\nnumprocesses = 2\nwarmup_delay = 0.3',
    'the second is started later',
    async (sight) => {
      const [one, two] = await eventsCalled(sight, 'spawn', 2);
      assert.ok(Number(two?.['time']) - Number(one?.['time']) > 0.25);
    },
  ),
  executable: reported(
    'cmd = my-name SCRIPT OUT/executable.json\nexecutable = PYTHON',
    'python runs under the name my-name',
    ({ argv }) => argv[0] === 'my-name',
  ),
  working_dir: reported('working_dir = OUT', 'runs there', ({ cwd }) => cwd.endsWith('/out')),
  shell: observed(
    'cmd = echo $((6*7)) > OUT/shell; exec sleep 600\nshell = True',
    'the shell has written 42',
    async ({ daemon }) => {
      await until(
        '42',
        () => readLines(daemon.folder, 'shell')[0],
        (line) => line === '42',
      );
    },
  ),
  shell_args: observed(
    'cmd = echo "$0 $1" > OUT/shell_args; exec sleep 600\nshell = True\nshell_args = zero one',
    'the shell has written both',
    async ({ daemon }) => {
      await until(
        'words',
        () => readLines(daemon.folder, 'shell_args')[0],
        (line) => line === 'zero one',
      );
    },
  ),
  uid: asRoot(reported('uid = nobody', 'its user', ({ uids }) => uids[0] === 65_534)),
  gid: asRoot(reported('gid = daemon', 'its group', ({ gids }) => gids[0] === 1)),
  copy_env: reported(
    'copy_env = True',
    "has circusd's variables",
    ({ env }) => env['OWN'] === 'mine',
  ),
  copy_path: reported(
    'copy_env = True\ncopy_path = True',
    "has circusd's PYTHONPATH",
    ({ env }) => env['PYTHONPATH'] === '/nowhere',
  ),
  env: reported(
    'env = A=1,B=two words',
    'has these, and none of circusd',
    ({ env }) => env['A'] === '1' && env['B'] === 'two words' && env['OWN'] === undefined,
  ),
  autostart: observed(
    'cmd = sleep 600\nautostart = False',
    'stopped until it is started by name',
    async ({ daemon, name }) => {
      assert.equal(await daemon.status(name), 'stopped');
      await daemon.call('start', { name, match: 'simple', waiting: true });
      await daemon.running(name, 1);
    },
  ),
  respawn: observed('cmd = true\nrespawn = False', 'one process, then it stops', async (sight) => {
    await eventsCalled(sight, 'stop', 1);
    assert.equal((await eventsCalled(sight, 'spawn', 1)).length, 1);
  }),
  send_hup: observed(
    `cmd = /bin/sh -c 'trap "echo hup > OUT/send_hup" HUP; while :; do sleep 0.05; done'\nsend_hup = True\ngraceful_timeout = 0`,
    '`reload`: the process gets SIGHUP and stays',
    async ({ daemon, name }) => {
      const before = await daemon.running(name, 1);
      await until('HUP', async () => {
        await daemon.call('reload', { name, waiting: true });
        return readLines(daemon.folder, 'send_hup')[0];
      });
      assert.deepEqual(await daemon.pids(name), before);
    },
  ),
  stop_children: observed(
    `cmd = /bin/sh -c 'sleep 600 & wait'\nstop_children = True`,
    'two `kill` events, for the process and its child',
    async (sight) => {
      const [pid = 0] = await sight.daemon.running(sight.name, 1);
      await until('a child', () =>
        readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim(),
      );
      await sight.daemon.call('stop', { name: sight.name, match: 'simple', waiting: true });
      assert.equal((await eventsCalled(sight, 'kill', 2)).length, 2);
    },
  ),
  singleton: observed(
    'cmd = sleep 600\nsingleton = True',
    '`incr` changes nothing',
    async ({ daemon, name }) => {
      assert.equal((await daemon.call('incr', { name }))['singleton'], true);
      assert.equal((await daemon.running(name, 1)).length, 1);
    },
  ),
  stop_signal: observed(
    'cmd = sleep 600\nstop_signal = INT',
    '`stop`: the process has ended by SIGINT',
    async (sight) => {
      assert.equal(await exitCodeOfStop(sight), -2);
    },
  ),
  max_retry: observed(
    'cmd = /nonexistent\nmax_retry = 2',
    'two attempts, then it stops',
    async (sight) => {
      await eventsCalled(sight, 'stop', 1);
      assert.equal((await eventsCalled(sight, 'spawn_failed', 2)).length, 2);
    },
  ),
  graceful_timeout: observed(
    `cmd = /bin/sh -c 'trap "" TERM; echo > OUT/graceful_timeout.deaf; while :; do sleep 0.05; done'\ngraceful_timeout = 0.1`,
    '`stop`: what ignores SIGTERM has ended by SIGKILL',
    async (sight) => {
      await until('it is deaf', () => existsSync(`${sight.out}/graceful_timeout.deaf`));
      assert.equal(await exitCodeOfStop(sight), -9);
    },
  ),
  priority: observed(
    'cmd = sleep 600\npriority = 9',
    'it is started before all others',
    async ({ daemon, events }) => {
      const [mine] = await events();
      const [first] = await daemon.replay();
      assert.equal(mine?.['seq'], first?.['seq']);
    },
  ),
  max_age: observed(
    'cmd = sleep 600\nmax_age = 1\nmax_age_variance = 0',
    'its process is replaced',
    async (sight) => {
      await eventsCalled(sight, 'spawn', 2);
    },
  ),
  max_age_variance: observed(
    'cmd = sleep 600\nnumprocesses = 8\nmax_age = 1\nmax_age_variance = 3',
    'eight processes do not reach their age at once',
    async (sight) => {
      const spawns = (await eventsCalled(sight, 'spawn', 16)).slice(8, 16);
      const times = spawns.map(({ time }) => Number(time));
      assert.ok(Math.max(...times) - Math.min(...times) > 0.5, `${times}`);
    },
  ),
  close_child_stdin: reported(
    'close_child_stdin = False',
    "has circusd's standard input",
    descriptor('0', /^\/etc\/passwd$/),
  ),
  close_child_stdout: reported(
    'close_child_stdout = True',
    'standard output is /dev/null',
    descriptor('1', /^\/dev\/null$/),
  ),
  close_child_stderr: reported(
    'close_child_stderr = True',
    'standard error is /dev/null',
    descriptor('2', /^\/dev\/null$/),
  ),
  virtualenv: reported(
    'copy_env = True\nvirtualenv = /opt/none',
    'its programs are first in PATH',
    ({ env }) => String(env['PATH']).startsWith('/opt/none/bin:'),
  ),
  virtualenv_py_ver: reported(
    'copy_env = True\nvirtualenv = /opt/none\nvirtualenv_py_ver = 3.9',
    'packages of that version are in PYTHONPATH',
    ({ env }) => String(env['PYTHONPATH']).includes('/opt/none/lib/python3.9/site-packages'),
  ),
  umask: reported('umask = 027', 'its umask', ({ umask }) => umask === 0o27),
  nice: reported('nice = 5', 'its niceness', ({ nice }) => nice === 5),
  backoff_initial: observed(
    `${crashing}backoff_initial = 0.4`,
    '`reap` tells of 0, then about 0.4 s',
    async (sight) => {
      const [first, second = 0] = await backoffs(sight, 2);
      assert.ok(first === 0 && around(second, 0.4), `${first} ${second}`);
    },
  ),
  backoff_factor: observed(
    `${crashing}backoff_initial = 0.1\nbackoff_factor = 6`,
    'the third `reap` tells of about 0.6 s',
    async (sight) => {
      assert.ok(around((await backoffs(sight, 3))[2] ?? 0, 0.6));
    },
  ),
  backoff_max: observed(
    `${crashing}backoff_initial = 0.1\nbackoff_factor = 9\nbackoff_max = 0.2`,
    'the fourth `reap` tells of about 0.2 s',
    async (sight) => {
      assert.ok(around((await backoffs(sight, 4))[3] ?? 0, 0.2));
    },
  ),
  backoff_min_life: observed(
    'cmd = sleep 0.2\nbackoff_min_life = 0.01',
    '`reap` tells of no wait, again and again',
    async (sight) => {
      assert.deepEqual(await backoffs(sight, 3), [0, 0, 0]);
    },
  ),
  backoff_reset: observed(
    `cmd = /bin/sh -c 'n=$(cat OUT/n || echo 0); echo $((n + 1)) > OUT/n; [ $n = 2 ] && exec sleep 0.6'\ncopy_env = True\nbackoff_min_life = 0.3\nbackoff_initial = 0.1\nbackoff_reset = 0.5`,
    'after two short lives and a long one the next wait is 0 again',
    async (sight) => {
      const [one, two = 0, three, four] = await backoffs(sight, 4);
      assert.deepEqual([one, three, four], [0, 0, 0]);
      assert.ok(two > 0);
    },
  ),
  ...limitObservations,
  ...readinessObservations,
  ...streamObservations,
  ...hookObservations,
  on_demand: observed(
    'cmd = SERVE $(circus.sockets.demand)\nuse_sockets = True\non_demand = True',
    'nothing runs until somebody connects, and then it answers',
    async ({ daemon, name }) => {
      assert.deepEqual(await daemon.pids(name), []);
      const { port } = await listedSocket(daemon, 'demand');
      const pid = await answeringPid(port);
      assert.deepEqual(await daemon.pids(name), [pid]);
    },
  ),
  use_sockets: reported(
    'use_sockets = True',
    'descriptor 3 is a socket',
    descriptor('3', /^socket:/),
  ),
  listen_fds: reported(
    'use_sockets = True\nlisten_fds = True',
    'LISTEN_FDS, LISTEN_FDNAMES and its own pid in LISTEN_PID',
    ({ env, pid }) =>
      env['LISTEN_FDS'] === '2' &&
      env['LISTEN_FDNAMES'] === 'demand:web' &&
      env['LISTEN_PID'] === String(pid),
  ),
  stdin_socket: reported(
    'stdin_socket = web',
    'descriptor 0 is a socket',
    descriptor('0', /^socket:/),
  ),
  log_ring: observed(
    'log_ring = 0',
    "its process: standard output is circusd's own, others have a pipe that circusd reads",
    async ({ daemon, report }) => {
      const own = readlinkSync(`/proc/${daemon.pid}/fd/1`);
      assert.equal((await report()).fds['1'], own);
      assert.notEqual((await readReport(daemon.folder, 'cmd')).fds['1'], own);
    },
  ),
  'free-form': observed(
    'cmd = sleep 600\nmy.Option = kept',
    '`options` has it',
    async ({ daemon, name }) => {
      const { options } = await daemon.call('options', { name });
      assert.equal(Object(options)['my.Option'], 'kept');
    },
  ),
  stream_backend: noEffect('streams need no backend', 'stream_backend = thread'),
  check_flapping: noEffect('the flapping plugin has replaced it', 'check_flapping = False'),
  flapping_attempts: noEffect('kept and shown', 'flapping_attempts = 2'),
  flapping_window: noEffect('kept and shown', 'flapping_window = 1.5'),
  retry_in: noEffect('kept and shown', 'retry_in = 7'),
};
