/** Every command, sent to a running circusd; each has a watcher of its own name with two processes. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { isRunning } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { readCommandLine } from './command-line.ts';
import { listedSocket } from './listening.ts';
import { observed, type Row, type Rows, type Sight } from './rows.ts';

type Properties = Readonly<Record<string, string | number | boolean>>;

/** The processes before, and after the command; an answer is waited for. */
async function act(
  sight: Sight,
  command: string,
  properties: Properties = {},
): Promise<{ before: number[]; after: number[]; reply: Readonly<Record<string, unknown>> }> {
  const { daemon, name } = sight;
  const before = await daemon.running(name, 2);
  const reply = await daemon.call(command, { name, waiting: true, ...properties });
  return { before, after: await daemon.pids(name), reply };
}

/** A row: the properties that are sent beside `name`, and what is seen. */
const row = (properties: string, seen: string, look: (sight: Sight) => Promise<void>): Row =>
  observed(properties, seen, look);

const isOver = (pids: readonly number[]): boolean => !pids.some(isRunning);

export const commandObservations: Rows = {
  add: row('cmd, args, start', 'the process that it tells of runs', async ({ daemon }) => {
    const reply = await daemon.call('add', {
      name: 'New',
      cmd: 'sleep',
      args: ['600'],
      start: true,
      waiting: true,
    });
    const [pid = 0] = await daemon.pids('new');
    assert.deepEqual(reply['started'], [pid]);
    assert.equal(await readCommandLine(pid), 'sleep\x00600\0');
  }),
  completion: row(
    '-',
    'circusctl prints a script that a shell reads; circusd refuses',
    async ({ daemon }) => {
      const { stdout } = await daemon.ctl('completion', 'bash');
      assert.match(stdout, /complete .*circusctl/);
      await assert.rejects(daemon.call('completion'), { message: /circusctl prints it/ });
    },
  ),
  config: row('', 'file and line of an option', async ({ daemon, name }) => {
    const { options } = await daemon.call('config', { name });
    assert.match(
      JSON.stringify(options),
      /"numprocesses","value":2,"origin":"[^"]*circus\.ini:\d+"/,
    );
  }),
  decr: row('', 'the older process has ended', async (sight) => {
    const { before, after, reply } = await act(sight, 'decr');
    assert.equal(reply['numprocesses'], 1);
    assert.deepEqual(after, before.slice(1));
    assert.ok(isOver(before.slice(0, 1)));
  }),
  describe: row('command', 'its properties with their kinds', async ({ daemon }) => {
    const { commands } = await daemon.call('describe', { command: 'incr' });
    assert.match(JSON.stringify(commands), /"nb":\{"kind":"integer"/);
  }),
  dstats: row('-', "circusd's pid, and its memory as /proc has it", async ({ daemon }) => {
    const info = Object((await daemon.call('dstats'))['info']);
    assert.equal(info['pid'], daemon.pid);
    const kilobytes = Number(
      /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1],
    );
    const megabytes = Number.parseFloat(String(info['mem_info1']));
    assert.ok(Math.abs(megabytes - kilobytes / 1_024) < 30, `${info['mem_info1']} ${kilobytes}`);
  }),
  events: row('since', 'the spawns of its processes', async ({ daemon, name }) => {
    const pids = await daemon.running(name, 2);
    const events = await daemon.replay({ name, since: 0 });
    const spawned = events.filter(({ topic }) => topic === `watcher.${name}.spawn`);
    assert.deepEqual(
      spawned.map(({ process_pid: pid }) => pid),
      pids,
    );
  }),
  get: row('keys', 'their values', async ({ daemon, name }) => {
    const { options } = await daemon.call('get', { name, keys: ['numprocesses', 'cmd'] });
    assert.deepEqual(options, { numprocesses: 2, cmd: 'sleep 600' });
  }),
  globaloptions: row('option', 'its value', async ({ daemon }) => {
    const { options } = await daemon.call('globaloptions', { option: 'endpoint' });
    assert.deepEqual(options, { endpoint: daemon.endpoint });
  }),
  incr: row('nb', 'so many more processes', async (sight) => {
    const { before, after, reply } = await act(sight, 'incr', { nb: 2 });
    assert.equal(reply['numprocesses'], 4);
    assert.deepEqual(after.slice(0, 2), before);
    assert.ok(after.length === 4 && after.every(isRunning));
  }),
  ipython: row('-', 'a polite refusal', async ({ daemon }) => {
    assert.equal((await daemon.call('ipython'))['shell'], false);
  }),
  kill: row('signum, graceful_timeout', 'its processes have ended, others run', async (sight) => {
    const { before } = await act(sight, 'kill', { signum: 'INT', graceful_timeout: '1' });
    assert.ok(isOver(before));
    const after = await sight.daemon.running(sight.name, 2);
    assert.ok(after.every(isRunning));
  }),
  list: row(
    '',
    'the pids of its processes; without a name all watchers',
    async ({ daemon, name }) => {
      await daemon.running(name, 2);
      assert.ok((await daemon.pids(name)).every(isRunning));
      assert.ok(((await daemon.call('list'))['watchers'] as string[]).includes(name));
    },
  ),
  listen: row('-', 'refused; events arrive at the other endpoint', async ({ daemon, name }) => {
    await assert.rejects(daemon.call('listen'), {
      message: 'invalid message. use a pub/sub socket',
    });
    await daemon.call('set', { name, options: { max_retry: 2 } });
    await daemon.awaitEvent(name, 'updated');
  }),
  listsockets: row('-', 'descriptor, path', async ({ daemon }) => {
    const { fd, path } = await listedSocket(daemon, 'listed');
    assert.deepEqual([fd, path], [3, `${daemon.folder}/out/listed.sock`]);
  }),
  logs: row('lines', 'what its process has written', async ({ daemon, name }) => {
    const { logs } = await until(
      'lines',
      () => daemon.call('logs', { name: [name], lines: 2 }),
      (reply) => /hello/.test(JSON.stringify(reply['logs'])),
    );
    assert.ok(Array.isArray(logs) && logs.length > 0);
  }),
  numprocesses: row('', 'how many; without a name all', async ({ daemon, name }) => {
    await daemon.running(name, 2);
    const { numprocesses, watcher_name } = await daemon.call('numprocesses', { name });
    assert.deepEqual([numprocesses, watcher_name], [2, name]);
    assert.ok(Number((await daemon.call('numprocesses'))['numprocesses']) > 20);
  }),
  numwatchers: row('-', 'how many', async ({ daemon }) => {
    assert.ok(Number((await daemon.call('numwatchers'))['numwatchers']) > 20);
  }),
  options: row('', 'all of them', async ({ daemon, name }) => {
    const { options } = await daemon.call('options', { name });
    const { graceful_timeout: timeout, numprocesses } = Object(options);
    assert.deepEqual([timeout, numprocesses], [30, 2]);
  }),
  quit: row('-', 'an answer, exit code 0 and no process left', async ({ daemon, name }) => {
    const pids = await daemon.running(name, 2);
    assert.equal((await daemon.call('quit'))['status'], 'ok');
    assert.deepEqual(await daemon.program.ended, { code: 0, signal: null });
    assert.ok(isOver(pids));
  }),
  reload: row('graceful, sequential', 'other processes, as it tells', async (sight) => {
    const { before, after, reply } = await act(sight, 'reload', {
      graceful: true,
      sequential: false,
    });
    assert.deepEqual(reply['info'], { stopped: before, started: after, kept: [] });
    assert.ok(isOver(before));
  }),
  reloadconfig: row('dry_run', 'nothing to change', async ({ daemon }) => {
    const { plan } = await daemon.call('reloadconfig', { dry_run: true });
    assert.deepEqual(Object(plan)['changed'], []);
  }),
  reopenlogs: row(
    '-',
    'lines go to a new file after it, and not before',
    async ({ daemon, name, out }) => {
      const file = `${out}/${name}.log`;
      await until('a line', () => existsSync(file));
      renameSync(file, `${file}.old`);
      const lines = (): number => readFileSync(`${file}.old`, 'utf8').length;
      const size = lines();
      await until('a line in the renamed file', () => lines() > size);
      assert.equal(existsSync(file), false);
      await daemon.call('reopenlogs');
      await until('a line in the new file', () => existsSync(file));
    },
  ),
  reset: row('', 'a process that waits for a minute is started now', async ({ daemon }) => {
    const options = { backoff_initial: 60, backoff_max: 60 };
    await daemon.call('add', { name: 'crashing', cmd: 'false', options, start: true });
    const reaps = async () =>
      (await daemon.replay({ name: 'crashing' })).filter(({ topic }) =>
        String(topic).endsWith('.reap'),
      );
    await until('two deaths', reaps, ({ length }) => length === 2);
    await daemon.call('reset', { name: 'crashing' });
    await until('another death', reaps, ({ length }) => length > 2);
    await daemon.call('rm', { name: 'crashing', waiting: true });
  }),
  restart: row('match', 'other processes; without a name of all', async (sight) => {
    const { before, after, reply } = await act(sight, 'restart', { match: 'simple' });
    assert.ok(isOver(before));
    assert.deepEqual(Object(reply['info'])['started'], after);
    await sight.daemon.call('restart', { waiting: true });
    assert.ok(isOver(after));
    await sight.daemon.running(sight.name, 2);
  }),
  rm: row('', 'nobody knows it, and its processes have ended', async (sight) => {
    const { daemon, name } = sight;
    const pids = await daemon.running(name, 2);
    await daemon.call('rm', { name, waiting: true });
    assert.ok(isOver(pids));
    await assert.rejects(daemon.call('status', { name }), { message: 'program rm not found' });
  }),
  set: row('options', 'numprocesses: 3 gives three', async (sight) => {
    const { daemon, name } = sight;
    await daemon.running(name, 2);
    await daemon.call('set', { name, options: { numprocesses: 3 }, waiting: true });
    assert.equal((await daemon.pids(name)).length, 3);
  }),
  signal: row('signum, pid', 'that process has ended, the other runs', async (sight) => {
    const { daemon, name } = sight;
    const [first = 0, second = 0] = await daemon.running(name, 2);
    await daemon.call('signal', { name, signum: 'SIGKILL', pid: String(first) });
    await until('it has ended', () => !isRunning(first));
    assert.ok(isRunning(second));
  }),
  start: row('match', 'the processes that it tells of', async (sight) => {
    await sight.daemon.call('stop', { name: sight.name, match: 'simple', waiting: true });
    const { info } = await sight.daemon.call('start', { name: sight.name, waiting: true });
    const pids = await sight.daemon.pids(sight.name);
    assert.deepEqual(Object(info)['started'], pids);
    assert.ok(pids.length === 2 && pids.every(isRunning));
  }),
  stats: row('process', 'pid, command and wid of it', async ({ daemon, name }) => {
    const [pid = 0] = await daemon.running(name, 2);
    const { info } = await daemon.call('stats', { name, process: pid });
    assert.deepEqual(
      [Object(info)['pid'], Object(info)['cmdline'], Object(info)['wid']],
      [pid, 'sleep', 1],
    );
  }),
  status: row('', 'active', async ({ daemon, name }) => {
    await daemon.running(name, 2);
    assert.equal((await daemon.call('status', { name }))['status'], 'active');
    assert.equal(Object((await daemon.call('status'))['statuses'])[name], 'active');
  }),
  stop: row('match', 'its processes have ended', async (sight) => {
    const { before, after } = await act(sight, 'stop', { match: 'simple' });
    assert.ok(isOver(before));
    assert.deepEqual(after, []);
  }),
  upgrade: row(
    'program',
    'one that cannot take over is refused with its reason, and all goes on (test/system/upgrade.test.ts has the rest)',
    async (sight) => {
      const { daemon, name } = sight;
      const before = await daemon.running(name, 2);
      await assert.rejects(daemon.call('upgrade', { program: '/bin/false' }), {
        message: /\/bin\/false.* cannot take over: exit code 1/,
      });
      assert.deepEqual(await daemon.pids(name), before);
    },
  ),
  version: row('-', 'the pid of circusd', async ({ daemon }) => {
    assert.equal((await daemon.call('version'))['pid'], daemon.pid);
  }),
};

/** The sections that the rows need: a watcher of each name, a log, a socket. */
export const commandSections = (out: string): string => {
  const watchers = Object.keys(commandObservations).map((name) => {
    const writes = `cmd = /bin/sh -c 'while sleep 0.05; do echo hello; done'\nstdout_stream.filename = ${out}/${name}.log\nstdout_stream.on_full = block\n`;
    const what = /^(reopen)?logs$/.test(name) ? writes : 'cmd = sleep 600\nnumprocesses = 2\n';
    return `[watcher:${name}]\n${what}`;
  });
  return `${watchers.join('')}[socket:listed]\npath = ${out}/listed.sock\n`;
};
