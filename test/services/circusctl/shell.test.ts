/** The interactive shell: through a pipe, and on a real pseudo-terminal (protocol 9). */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startDaemon } from '../../system/daemon.ts';
import { circusctl } from './run-circusctl.ts';
import { terminals } from './terminal.ts';

const watchers =
  '[watcher:web]\ncmd = sleep 600\nnumprocesses = 2\n\n[watcher:db]\ncmd = sleep 601\n';
const ctrlC = '\u0003';
const ctrlD = '\u0004';
const up = '\u001b[A';

async function live(t: TestContext) {
  const open = terminals(t);
  const daemon = await startDaemon(t, watchers, { listens: false });
  await daemon.running('web', 2);
  const state = mkdtempSync(join(tmpdir(), 'circusctl-state-'));
  t.after(() => rmSync(state, { recursive: true, force: true }));
  const env = { CIRCUSCTL_ENDPOINT: daemon.endpoint, XDG_STATE_HOME: state };
  return { daemon, state, env, open: () => open([], env) };
}

/** What the shell writes for the lines of a pipe. */
async function pipe(lines: string, env: NodeJS.ProcessEnv, args: readonly string[] = []) {
  const child = spawn(process.execPath, ['bin/circusctl.js', ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.on('data', (text) => {
    output.stderr += text;
  });
  child.stdin.end(lines);
  const code = await new Promise((ended) => child.on('close', ended));
  return { code, ...output };
}

test('a pipe: version, status, the answers, a newline at the end; no prompt', async (t) => {
  const { env } = await live(t);
  const { code, stdout, stderr } = await pipe('list\nstatus "web"\n', env);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^circusctl \d+\.\d+\.\d+\ndb: active\nweb: active\ndb,web\nactive\n\n$/);
});

test('a pipe: an empty line repeats, a last line without its newline counts', async (t) => {
  const { daemon, env } = await live(t);
  const { stdout } = await pipe('incr web\n\n  \nnumprocesses web --json', env);
  assert.match(stdout, /\n3\n4\n5\n\{"status":"ok",.*"numprocesses":/);
  await daemon.running('web', 5);
});

test('no mistake, refusal or help ends the shell', async (t) => {
  const { env } = await live(t);
  const lines = [
    'bogus word',
    'lsit',
    'incr',
    'incr web many',
    'list --zork',
    'list --help',
    'status ghost',
    "list 'open",
    '--timeout soon list',
    '--json',
    'help',
    'help incr',
    'help zork',
    'list --endpoint ipc:///tmp/circusctl-nobody-is-there --timeout 0.1',
    'numwatchers',
  ];
  const { code, stdout, stderr } = await pipe(`${lines.join('\n')}\n`, env);
  assert.equal(code, 0);
  for (const pattern of [
    /^\*\*\* Unknown syntax: bogus word$/m,
    /^\*\*\* Unknown syntax: lsit\n\(Did you mean list\?\)$/m,
    /^\*\*\* Unknown syntax: --json$/m,
    /^\*\*\* Unknown syntax: zork$/m,
    /^usage: circusctl list \[name\]$/m,
    /^Commands:\n/m,
    /^usage: circusctl incr /m,
    /\n2\n\n$/,
  ]) {
    assert.match(stdout, pattern);
  }
  for (const pattern of [
    /^Invalid number of arguments\nusage: circusctl incr/m,
    /^nb should be an integer, not 'many'$/m,
    /unknown option '--zork'/,
    /^error: program ghost not found$/m,
    /^error: a quote is never closed/m,
    /^--timeout should be a number/m,
    /^Timed out\.$/m,
  ]) {
    assert.match(stderr, pattern);
  }
  assert.doesNotMatch(stderr, /\n +at /);
});

test('without a daemon it says so and goes on', async () => {
  const env = { CIRCUSCTL_ENDPOINT: 'ipc:///tmp/circusctl-nobody-is-there' };
  const { code, stdout, stderr } = await pipe('help quit\nexit\nlist\n', env, ['--timeout', '0.1']);
  assert.equal(code, 0);
  assert.equal(stderr.match(/^Timed out\.$/gm)?.length, 1);
  assert.match(stdout, /^circusctl .*\nusage: circusctl quit/);
});

test('flags typed with circusctl hold for every line', async (t) => {
  const { env } = await live(t);
  const { stdout } = await pipe('list\n', env, ['--json']);
  assert.match(stdout, /\{"status":"ok",.*"statuses".*\n\{"status":"ok",.*"watchers"/);
});

test('quit in a pipe stops circusd without a question', async (t) => {
  const { daemon, env } = await live(t);
  assert.equal((await pipe('quit\n', env)).code, 0);
  assert.deepEqual(await daemon.program.ended, { code: 0, signal: null });
});

test('a pipe leaves no history', async (t) => {
  const { env, state } = await live(t);
  await pipe('list\n', env);
  assert.throws(() => statSync(join(state, 'circus')));
});

test('standard input that is no reader gets the help', async () => {
  assert.match((await circusctl([])).stdout, /^usage: circusctl /);
});

test('a terminal: status as a table, a prompt, answers, Ctrl-D', async (t) => {
  const { open } = await live(t);
  const terminal = open();
  await terminal.shows(/^circusctl \d.*\n {3}WATCHER +STATE +PROCESSES\n● {2}db +active +1\/1\n/m);
  await terminal.shows(/\(circusctl\) $/);
  terminal.type('numwatchers\r');
  await terminal.shows(/numwatchers\n2\n\(circusctl\) $/);
  terminal.type('zork\r');
  await terminal.shows(/\*\*\* Unknown syntax: zork\n\(circusctl\) $/);
  terminal.type(ctrlD);
  assert.equal(await terminal.ended, 0);
  assert.match(terminal.shown, /\(circusctl\) \n$/);
});

test('a terminal: tab completes commands, watchers, options, values, flags and pids', async (t) => {
  const { daemon, open } = await live(t);
  const terminal = open();
  await terminal.shows(/\(circusctl\) $/);
  const press = async (keys: string, shown: RegExp) => {
    terminal.type(keys);
    await delay(50);
    terminal.type('\t');
    await terminal.shows(shown);
  };
  await press('numw', /numwatchers $/);
  terminal.type('\r');
  await terminal.shows(/\n2\n\(circusctl\) $/);
  await press('set we', /set web $/);
  await press('numpro', /numprocesses $/);
  await press('', /2 $/);
  await press('--waitin', /--waiting $/);
  terminal.type(`${ctrlC}stop --match si`);
  await delay(50);
  await press('', /simple $/);
  terminal.type(ctrlC);
  const [pid] = await daemon.pids('db');
  await press('kill db ', new RegExp(`${pid} $`));
  await press('--signum HU', /HUP $/);
  terminal.type(ctrlC);
  await press('sta', /sta$/);
  await delay(500);
  terminal.type('\t');
  await terminal.shows(/start +stats +status/);
});

test('a terminal: history by the arrow keys, kept for the next shell, for its owner alone', async (t) => {
  const { state, open } = await live(t);
  const first = open();
  await first.shows(/\(circusctl\) $/);
  first.type('numprocesses web\r');
  await first.shows(/\n2\n\(circusctl\) $/);
  first.type(' numwatchers\r');
  await first.shows(/\n2\n\(circusctl\) $/);
  first.type('exit\r');
  assert.equal(await first.ended, 0);
  const file = join(state, 'circus', 'circusctl_history');
  assert.equal(readFileSync(file, 'utf8'), 'numprocesses web\nexit\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const second = open();
  await second.shows(/\(circusctl\) $/);
  second.type(`${up}${up}`);
  await second.shows(/numprocesses web$/);
  second.type('\r');
  await second.shows(/\n2\n\(circusctl\) $/);
});

test('a terminal: Ctrl-C ends listen and forgets a line, and never the shell', async (t) => {
  const { daemon, open } = await live(t);
  const terminal = open();
  await terminal.shows(/\(circusctl\) $/);
  terminal.type('listen watcher.web\r');
  await terminal.shows(/listen watcher\.web\n/);
  const events = setInterval(() => void daemon.call('incr', { name: 'web' }), 100);
  await terminal.shows(/watcher\.web\.spawn: \{/).finally(() => clearInterval(events));
  terminal.type(ctrlC);
  await terminal.shows(/\(circusctl\) $/);
  terminal.type('half a li');
  await terminal.shows(/half a li$/);
  terminal.type(ctrlC);
  await terminal.shows(/\^C\n\(circusctl\) $/);
  terminal.type(ctrlC);
  await terminal.shows(/`exit` or Ctrl-D leaves the shell/);
  terminal.type('numwatchers\r');
  await terminal.shows(/\n2\n\(circusctl\) $/);
  terminal.type('status --watch\r');
  await terminal.shows(/circusctl status, \d\d:\d\d:\d\d, Ctrl-C ends\n/);
  terminal.type(ctrlC);
  await terminal.shows(/\(circusctl\) $/);
});

test('a terminal: quit asks first', async (t) => {
  const { daemon, open } = await live(t);
  const terminal = open();
  await terminal.shows(/\(circusctl\) $/);
  terminal.type('quit\r');
  await terminal.shows(/end circusd\?.*\[y\/N\] $/);
  terminal.type('\r');
  await terminal.shows(/\(circusctl\) $/);
  assert.ok(daemon.program.isRunning);
  terminal.type('quit\r');
  await terminal.shows(/\[y\/N\] $/);
  terminal.type('y\r');
  await terminal.shows(/ok\n\(circusctl\) $/);
  assert.equal((await daemon.program.ended).code, 0);
  terminal.type('exit\r');
  assert.equal(await terminal.ended, 0);
});

test('a terminal: lines pasted at once are carried out one after the other', async (t) => {
  const { open } = await live(t);
  const terminal = open();
  await terminal.shows(/\(circusctl\) $/);
  terminal.type('incr web\rincr web\rnumwatchers\r');
  await terminal.shows(/\n3\n4\n2\n/);
});
