/** What is printed, and for whom: tables on a terminal, JSON for programs, plain forms in a pipe. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { startDaemon } from '../../system/daemon.ts';
import { circusctl, startCircusctl } from './run-circusctl.ts';
import { terminals } from './terminal.ts';

const watchers = `[watcher:web]
cmd = sleep 600
numprocesses = 2

[watcher:off]
cmd = sleep 600
autostart = False
`;
const esc = '\u001b';

async function live(t: TestContext) {
  const open = terminals(t);
  const daemon = await startDaemon(t, watchers, { listens: false });
  await daemon.running('web', 2);
  const env = { CIRCUSCTL_ENDPOINT: daemon.endpoint };
  return { daemon, env, open, ctl: (...words: string[]) => circusctl(words, env) };
}

test('on a terminal status is a table: sign, word and colour; NO_COLOR takes the colour', async (t) => {
  const { env, open } = await live(t);
  const coloured = open(['status'], env);
  assert.equal(await coloured.ended, 0);
  assert.match(
    coloured.shown,
    /^ {3}WATCHER +STATE +PROCESSES\n○ {2}off +stopped +0\/1\n● {2}web +active +2\/2\n$/,
  );
  assert.ok(coloured.raw.includes(`${esc}[32mactive${esc}[0m`));
  const plain = open(['status'], { ...env, NO_COLOR: '1', LANG: 'C' });
  assert.equal(await plain.ended, 0);
  assert.match(plain.raw, /^ {3}WATCHER.*\r\n- {2}off .*\r\n\+ {2}web /);
  assert.ok(!plain.raw.includes(esc));
  const never = open(['status', '--color', 'never'], env);
  assert.equal(await never.ended, 0);
  assert.ok(!never.raw.includes(esc));
});

test('on a terminal list, options and config are tables', async (t) => {
  const { daemon, env, open } = await live(t);
  const shown = async (...words: string[]) => {
    const terminal = open(words, { ...env, NO_COLOR: '1' });
    assert.equal(await terminal.ended, 0);
    return terminal.shown;
  };
  assert.equal(await shown('list'), 'WATCHER\noff\nweb\n');
  assert.equal(await shown('list', 'web'), `PID\n${(await daemon.pids('web')).join('\n')}\n`);
  assert.match(await shown('options', 'web'), /^OPTION +VALUE\n(.+\n)*cmd +sleep 600\n/);
  assert.match(
    await shown('config', 'web'),
    /^OPTION +VALUE +ORIGIN\n(.+\n)*cmd +sleep 600 +\S+circus\.ini:\d+\n/,
  );
  assert.equal(await shown('numwatchers'), '2\n');
});

test('in a pipe the plain forms stay, unless colours are asked for', async (t) => {
  const { ctl } = await live(t);
  assert.equal((await ctl('status')).stdout, 'off: stopped\nweb: active\n');
  assert.equal((await ctl('status', 'web')).stdout, 'active\n');
  assert.equal((await ctl('list')).stdout, 'off,web\n');
  assert.equal((await ctl('get', 'web', 'numprocesses')).stdout, 'numprocesses: 2\n');
  assert.ok((await ctl('status', '--color=always')).stdout.includes(`${esc}[32mactive`));
  const wrong = await ctl('status', '--color', 'alwys');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^--color should be .*not 'alwys'\n\(Did you mean always\?\)/);
});

test('--strict exits 3 for a refusal that is printed as JSON', async (t) => {
  const { ctl } = await live(t);
  for (const flag of ['--json', '--prettify']) {
    const { code, stdout, stderr } = await ctl('status', 'ghost', flag, '--strict');
    assert.deepEqual([code, stderr], [3, '']);
    assert.equal(JSON.parse(stdout).errno, 3);
  }
  assert.equal((await ctl('status', 'ghost', '--json')).code, 0);
  assert.equal((await ctl('list', '--json', '--strict')).code, 0);
});

/** Rows of the table of docs/circusctl.md: what is typed, and the keys that it promises. */
function promisedKeys(): (readonly [string, string[]])[] {
  const [, section = ''] = readFileSync('docs/circusctl.md', 'utf8').split('\n## JSON\n');
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` +\| (.*) \|$/gm);
  return [...rows].map(([, command = '', text = '']) => {
    const keys = text
      .replaceAll(/`\{[^}]*\}`/g, '')
      .replaceAll(/: [^,;]*/g, '')
      .matchAll(/`(\w+)`/g);
    return [command, [...keys].map(([, key = '']) => key)] as const;
  });
}

test('--json has the keys that docs/circusctl.md promises, on one line', async (t) => {
  const { ctl } = await live(t);
  const rows = promisedKeys();
  assert.ok(rows.length > 15, `${rows.length} rows`);
  for (const [command, promised] of rows) {
    const { stdout } = await ctl(...command.replace('NAME', 'web').split(' '), '--json');
    assert.equal(stdout.indexOf('\n'), stdout.length - 1, command);
    const { status, time, id, ...keys } = JSON.parse(stdout);
    assert.ok(['ok', 'active'].includes(status), stdout);
    assert.deepEqual([typeof time, typeof id], ['number', 'string']);
    const optional = ['trouble', 'troubles'];
    const wanted = promised.filter((key) => !optional.includes(key));
    assert.deepEqual(Object.keys(keys).sort(), wanted.sort(), command);
  }
});

test('a name that is spelled alike is suggested below the refusal', async (t) => {
  const { ctl } = await live(t);
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['status', 'wbe'], 'error: program wbe not found\n(Did you mean web?)\n'],
    [['stop', 'wbe'], 'error: program wbe not found\n(Did you mean web?)\n'],
    [['stop', 'wb*'], 'error: program wb* not found\n'],
    [
      ['get', 'web', 'nmprocesses'],
      "error: 'nmprocesses' option not found\n(Did you mean numprocesses?)\n",
    ],
    [['set', 'web', 'max_rety', '1'], "error: unknown key 'max_rety'\n(Did you mean max_retry?)\n"],
    [
      ['globaloptions', 'endpiont'],
      "'endpiont' not an existing option\n(Did you mean endpoint?)\n",
    ],
  ];
  for (const [words, text] of rows) {
    const { code, stderr } = await ctl(...words);
    assert.deepEqual([code, stderr], [3, text], words.join(' '));
  }
});

test('status --watch in a pipe: all, then a line a change; Ctrl-C is its usual end', async (t) => {
  const { daemon, env } = await live(t);
  const running = startCircusctl(['status', '--watch'], env);
  await running.printed(/^off: stopped\nweb: active\n$/);
  await daemon.call('stop', { name: 'web', waiting: true });
  await running.printed(/web: stopped\n$/);
  await daemon.call('rm', { name: 'off', waiting: true });
  await running.printed(/off: removed\n$/);
  running.process.kill('SIGINT');
  const { code, stderr } = await running.ended;
  assert.deepEqual([code, stderr], [0, '']);
});

test('status --watch on a terminal draws again, and leaves the screen as it was', async (t) => {
  const { daemon, env, open } = await live(t);
  const terminal = open(['status', '--watch'], env);
  await terminal.shows(/Ctrl-C ends\n\n {3}WATCHER[\s\S]*web +active +2\/2/);
  await daemon.call('decr', { name: 'web', waiting: true });
  await terminal.shows(/web +active +1\/1/);
  terminal.type('\u0003');
  assert.equal(await terminal.ended, 0);
  assert.ok(terminal.raw.endsWith(`${esc}[?1049l${esc}[?25h`));
});

test('status --watch of a watcher that is not there is refused', async (t) => {
  const { ctl } = await live(t);
  const { code, stderr } = await ctl('status', 'ghost', '--watch');
  assert.deepEqual([code, stderr], [3, 'error: program ghost not found\n']);
});
