/** Every option that `set` and `add` take: set on a running watcher, and given to a new one. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { Json, JsonObject } from '#libs/protocol';
import { type Report, readReport } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { readCommandLine } from './command-line.ts';
import { asRoot, noEffect, observed, type Row, type Rows, type Sight } from './rows.ts';

async function setOption({ daemon, name }: Sight, options: JsonObject): Promise<void> {
  await daemon.call('set', { name, options, waiting: true });
}

/** `add` takes it, too, and `options` shows it under that name or another. */
async function addWith(
  { daemon, name }: Sight,
  option: string,
  value: Json,
  shown: JsonObject = { [option]: value },
): Promise<void> {
  const added = `add ${name}`;
  await daemon.call('add', { name: added, cmd: 'sleep 600', options: { [option]: value } });
  const { options } = await daemon.call('options', { name: added });
  for (const [key, expected] of Object.entries(shown))
    assert.deepEqual(Object(options)[key], expected, 'added');
  await daemon.call('rm', { name: added, waiting: true });
}

const tried = (option: string, value: Json): string => `${option}: ${JSON.stringify(value)}`;

/** Setting it replaces the processes, and the new one tells what it has found. */
function replaces(
  option: string,
  value: Json,
  seen: string,
  isRight: (report: Report) => boolean,
): [string, Row] {
  const look = async (sight: Sight): Promise<void> => {
    const { daemon, name } = sight;
    const before = await daemon.running(name, 1);
    await readReport(daemon.folder, name);
    await setOption(sight, { [option]: value });
    const report = await until(
      'the new report',
      () => readReport(daemon.folder, name),
      ({ sid }) => !before.includes(sid),
    );
    assert.deepEqual(await daemon.running(name, 1), [report.sid], 'processes are replaced');
    assert.ok(isRight(report), JSON.stringify(report));
    await addWith(sight, option, value);
  };
  return [option, observed(tried(option, value), `replaced; the new process: ${seen}`, look)];
}

const needsRoot = ([option, row]: [string, Row]): [string, Row] => [option, asRoot(row)];

/** Setting it leaves the processes; what it does is seen by `look`. */
function keeps(
  option: string,
  value: Json,
  seen: string,
  look: (sight: Sight) => Promise<void>,
): [string, Row] {
  const lookFirst = async (sight: Sight): Promise<void> => {
    const [before = 0] = await sight.daemon.running(sight.name, 1);
    await readReport(sight.daemon.folder, sight.name);
    await setOption(sight, { [option]: value });
    assert.ok((await sight.daemon.pids(sight.name)).includes(before), 'its process is kept');
    await look(sight);
    await addWith(sight, option, value);
  };
  return [option, observed(tried(option, value), `kept; ${seen}`, lookFirst)];
}

async function restarted(sight: Sight): Promise<Report> {
  await sight.daemon.call('restart', { name: sight.name, match: 'simple', waiting: true });
  const [pid] = await sight.daemon.running(sight.name, 1);
  return await until(
    'a new report',
    () => readReport(sight.daemon.folder, sight.name),
    (report) => report.sid === pid,
  );
}

async function exitCodeAfterStop({ daemon, name, events }: Sight): Promise<unknown> {
  await daemon.call('stop', { name, match: 'simple', waiting: true });
  return (await events()).find(({ topic }) => String(topic).endsWith('.reap'))?.['exit_code'];
}

async function eventNames({ events }: Sight): Promise<string[]> {
  return (await events()).map(({ topic }) => String(topic).split('.').at(-1) ?? '');
}

/** What a process writes to that output comes to the file. */
function streamRows(stream: string): [string, Row][] {
  const writes = `/bin/sh -c 'echo hello; echo hello >&2; exec sleep 600'`;
  const filename = ({ out, name }: Sight): string => `${out}/${name}.log`;
  const awaitLine = async (sight: Sight): Promise<void> => {
    const read = (): string =>
      existsSync(filename(sight)) ? readFileSync(filename(sight), 'utf8') : '';
    await until('the line', () => read().includes('hello\n'));
  };
  const conf = (sight: Sight) => ({ [`${stream}_stream_conf`]: { filename: filename(sight) } });
  return [
    [
      `${stream}_stream`,
      observed(
        `${stream}_stream: {"class": "FileStream", "filename": "FILE"}`,
        'the file has what the process writes',
        async (sight) => {
          const value = { class: 'FileStream', filename: filename(sight) };
          await setOption(sight, { cmd: writes, [`${stream}_stream`]: value });
          await awaitLine(sight);
          await addWith(sight, `${stream}_stream`, value, conf(sight));
        },
      ),
    ],
    [
      `${stream}_stream.KEY`,
      observed(
        `${stream}_stream.filename: "FILE"`,
        'the file has what the process writes',
        async (sight) => {
          await setOption(sight, { cmd: writes, [`${stream}_stream.filename`]: filename(sight) });
          await awaitLine(sight);
          await addWith(sight, `${stream}_stream.filename`, filename(sight), conf(sight));
        },
      ),
    ],
  ];
}

/** Asking for a hook and starting anew: its command is run. */
function hookRow(option: string, valueWith: (hook: string) => Json): Row {
  const look = async (sight: Sight): Promise<void> => {
    const file = `${sight.out}/${sight.name}.asked`;
    const value = valueWith(`exec:touch "${file}"`);
    await setOption(sight, { [option]: value });
    assert.equal(existsSync(file), false);
    await restarted(sight);
    assert.ok(existsSync(file));
    await addWith(sight, option, value, { 'hooks.before_start': `exec:touch "${file}"` });
  };
  return observed(
    tried(option, valueWith('exec:touch FILE')),
    'kept; the next start has made the file',
    look,
  );
}

/** Every row; the watcher of its name runs report.py. */
export const setObservations: Rows = Object.fromEntries([
  keeps('numprocesses', 2, 'one more runs', async ({ daemon, name }) => {
    await daemon.running(name, 2);
  }),
  keeps('warmup_delay', 0.3, '`incr` takes so long', async (sight) => {
    const began = performance.now();
    await sight.daemon.call('incr', { name: sight.name, nb: 2, waiting: true });
    assert.ok(performance.now() - began > 250);
  }),
  replaces('working_dir', '/', 'runs there', ({ cwd }) => cwd === '/'),
  [
    'cmd',
    observed('cmd: "sleep 601"', 'replaced; the new process runs it', async (sight) => {
      const before = await sight.daemon.running(sight.name, 1);
      await setOption(sight, { cmd: 'sleep 601' });
      const [pid = 0] = await sight.daemon.running(sight.name, 1);
      assert.ok(!before.includes(pid));
      assert.equal(await readCommandLine(pid), 'sleep\x00601\0');
    }),
  ],
  replaces('args', ['a b', 'c'], 'its words', ({ argv }) => argv.slice(3).join('|') === 'a b|c'),
  replaces('env', { A: '1' }, 'has it', ({ env }) => env['A'] === '1'),
  replaces(
    'shell',
    true,
    'was started by a shell, which sets PWD',
    ({ env }) => env['PWD'] !== undefined,
  ),
  needsRoot(replaces('uid', 65_534, 'its user', ({ uids }) => uids.every((uid) => uid === 65_534))),
  needsRoot(replaces('gid', 1, 'its group', ({ gids }) => gids.every((gid) => gid === 1))),
  [
    'max_age',
    observed('max_age: 1', 'replaced at once and again when it is so old', async (sight) => {
      await sight.daemon.running(sight.name, 1);
      await setOption(sight, { max_age: 1, max_age_variance: 0 });
      const spawns = async () => (await eventNames(sight)).filter((name) => name === 'spawn');
      await until('three processes', spawns, ({ length }) => length >= 3);
      await addWith(sight, 'max_age', 1);
    }),
  ],
  [
    'max_age_variance',
    observed(
      'max_age_variance: 0',
      'replaced; the next lives no longer than max_age',
      async (sight) => {
        await sight.daemon.running(sight.name, 1);
        await setOption(sight, { max_age: 1, max_age_variance: 10_000 });
        await setOption(sight, { max_age_variance: 0 });
        const spawns = async () => (await eventNames(sight)).filter((name) => name === 'spawn');
        await until('four processes', spawns, ({ length }) => length >= 4);
        await addWith(sight, 'max_age_variance', 5);
      },
    ),
  ],
  keeps('send_hup', true, '`reload` sends SIGHUP, of which it dies', async (sight) => {
    await sight.daemon.call('reload', { name: sight.name, waiting: true });
    const reaps = async () => (await sight.events()).filter(({ exit_code: code }) => code === -1);
    await until('it has died of SIGHUP', reaps, ({ length }) => length === 1);
  }),
  keeps('stop_children', true, '`stop` ends a child by the same signal', async (sight) => {
    await setOption(sight, { cmd: `/bin/sh -c 'sleep 600 & wait'` });
    const [pid = 0] = await sight.daemon.running(sight.name, 1);
    await until('a child', () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
    const kills = async () => (await eventNames(sight)).filter((name) => name === 'kill').length;
    const before = await kills();
    await sight.daemon.call('stop', { name: sight.name, match: 'simple', waiting: true });
    assert.equal((await kills()) - before, 2);
  }),
  keeps('stop_signal', 10, '`stop` ends it by that signal', async (sight) => {
    assert.equal(await exitCodeAfterStop(sight), -10);
  }),
  keeps('graceful_timeout', 0, '`stop` kills it at once', async (sight) => {
    assert.equal(await exitCodeAfterStop(sight), -9);
  }),
  keeps('max_retry', 2, 'a command that is not there is tried twice', async (sight) => {
    const { daemon, name } = sight;
    await daemon.call('stop', { name, match: 'simple', waiting: true });
    await setOption(sight, { cmd: '/nonexistent' });
    await daemon.call('start', { name, match: 'simple', waiting: true }).catch(() => undefined);
    const failures = (await eventNames(sight)).filter((event) => event === 'spawn_failed');
    assert.equal(failures.length, 2);
    assert.equal(await daemon.status(name), 'stopped');
  }),
  keeps('respawn', false, 'when it dies the watcher stops', async ({ daemon, name }) => {
    await daemon.call('signal', { name, signum: 'KILL' });
    await until(
      'stopped',
      () => daemon.status(name),
      (status) => status === 'stopped',
    );
  }),
  keeps('singleton', true, '`incr` changes nothing', async ({ daemon, name }) => {
    assert.equal((await daemon.call('incr', { name }))['singleton'], true);
  }),
  replaces(
    'copy_env',
    true,
    "has circusd's variables",
    ({ env }) => env['PATH'] === process.env['PATH'],
  ),
  keeps('close_child_stdin', false, 'the next has the standard input of circusd', async (sight) => {
    assert.equal((await restarted(sight)).fds['0'], '/etc/passwd');
  }),
  keeps('close_child_stdout', true, 'standard output of the next is /dev/null', async (sight) => {
    assert.equal((await restarted(sight)).fds['1'], '/dev/null');
  }),
  keeps('close_child_stderr', true, 'standard error of the next is /dev/null', async (sight) => {
    assert.equal((await restarted(sight)).fds['2'], '/dev/null');
  }),
  keeps('priority', 4, 'of several that are started it is the first', async ({ daemon, name }) => {
    const { newest } = await daemon.call('events', { since: 1_000_000 });
    await daemon.call('stop', { name: 'priority*', match: 'glob', waiting: true });
    await daemon.call('start', { name: 'priority*', match: 'glob', waiting: true });
    const events = await daemon.replay({ since: Number(newest) });
    const topics = events.map(({ topic }) => String(topic));
    assert.deepEqual(
      topics.filter((topic) => /\.priority[^.]*\.start$/.test(topic)),
      [`watcher.${name}.start`, 'watcher.priority_1.start'],
    );
  }),
  [
    'rlimit_LIMIT',
    observed('rlimit_nofile: 66', 'kept; the next process has the limit', async (sight) => {
      const before = await sight.daemon.running(sight.name, 1);
      await setOption(sight, { rlimit_nofile: 66 });
      assert.deepEqual(await sight.daemon.pids(sight.name), before);
      assert.deepEqual((await restarted(sight)).limits['nofile'], [66, 66]);
      await addWith(sight, 'rlimit_core', null);
      await addWith(sight, 'rlimit_core', 0);
    }),
  ],
  ...['stdout', 'stderr'].flatMap(streamRows),
  ['hooks', hookRow('hooks', (hook) => ({ before_start: hook }))],
  ['hooks.NAME', hookRow('hooks.before_start', (hook) => hook)],
  ['retry_in', noEffect('kept and shown')],
  ['flapping_attempts', noEffect('kept and shown')],
  ['flapping_window', noEffect('kept and shown')],
]);

/** More watchers that rows need: what `priority` is compared with. */
export const moreWatchers = '[watcher:priority 1]\ncmd = sleep 600\npriority = 1\n';
