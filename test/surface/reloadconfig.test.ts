/** reloadconfig (protocol 7.9): pids before and after show that only what had to restart did. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '#libs/protocol';
import {
  configText,
  type Daemon,
  makeFolder,
  programWords,
  run,
  startDaemon,
} from '../system/daemon.ts';

const sections: Readonly<Record<string, string>> = {
  one: '[watcher:one]\ncmd = sleep 600\n',
  two: '[watcher:two]\ncmd = sleep 600\nnumprocesses = 2\n',
  web: '[watcher:web]\ncmd = sleep 600\n',
};

async function begin(t: TestContext): Promise<Daemon> {
  const folder = makeFolder(t);
  const daemon = await startDaemon(t, Object.values(sections).join(''), { folder, listens: false });
  await daemon.running('one', 1);
  await daemon.running('two', 2);
  await daemon.running('web', 1);
  return daemon;
}

function rewrite(daemon: Daemon, text: string, circus = ''): void {
  writeFileSync(join(daemon.folder, 'circus.ini'), configText(daemon.folder, text, circus));
}

/** The configuration with some of its sections written anew; an empty text takes one away. */
function withSections(changes: Readonly<Record<string, string>>): string {
  return Object.values({ ...sections, ...changes }).join('');
}

async function pidsOf(daemon: Daemon): Promise<Record<string, number[]>> {
  const { watchers } = await daemon.call('list');
  const entries = (watchers as string[]).map(
    async (name) => [name, await daemon.pids(name)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Reloads and gives the plan, having checked that a dry run says the same and changes nothing. */
async function reload(daemon: Daemon): Promise<JsonObject> {
  const before = await pidsOf(daemon);
  const dry = await daemon.call('reloadconfig', { dry_run: true, waiting: true });
  assert.deepEqual(await pidsOf(daemon), before, 'a dry run changes nothing');
  const real = await daemon.call('reloadconfig', { waiting: true });
  assert.deepEqual(real['plan'], dry['plan']);
  return real['plan'] as JsonObject;
}

/** Which watchers are as they were, and which have other processes. */
async function compare(daemon: Daemon, before: Record<string, number[]>): Promise<string> {
  const after = await pidsOf(daemon);
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const words = all.map((name) => {
    const [old, now] = [before[name], after[name]];
    if (old === undefined) return `+${name}`;
    if (now === undefined) return `-${name}`;
    const kept = now.filter((pid) => old.includes(pid));
    if (kept.length === now.length && now.length === old.length) return name;
    return kept.length === 0 ? `${name}!` : `${name}~${old.length}>${now.length}`;
  });
  return words.join(' ');
}

/** Title, how the files change, and what has become of the watchers: `!` replaced, `+` new, `-` gone. */
const rows: readonly [string, (daemon: Daemon) => void, string][] = [
  ['nothing has changed', () => undefined, 'one two web'],
  [
    'a watcher is renamed',
    (daemon) => rewrite(daemon, withSections({ one: '[watcher:uno]\ncmd = sleep 600\n' })),
    '-one two +uno web',
  ],
  [
    'an env section has changed',
    (daemon) => rewrite(daemon, `${withSections({})}[env:w*]\nA = 1\n`),
    'one two web!',
  ],
  [
    'the common env has changed',
    (daemon) => rewrite(daemon, `${withSections({})}[env]\nA = 1\n`),
    'one! two! web!',
  ],
  [
    'an include is added',
    (daemon) => {
      writeFileSync(join(daemon.folder, 'more.ini'), '[watcher:more]\ncmd = sleep 600\n');
      rewrite(daemon, withSections({}), 'include = more.ini');
    },
    '+more one two web',
  ],
  [
    'numprocesses alone has changed',
    (daemon) =>
      rewrite(daemon, withSections({ two: '[watcher:two]\ncmd = sleep 600\nnumprocesses = 3\n' })),
    'one two~2>3 web',
  ],
  [
    'an option that processes need not know has changed',
    (daemon) =>
      rewrite(daemon, withSections({ web: `${sections['web']}graceful_timeout = 3\nx = y\n` })),
    'one two web',
  ],
  ['a watcher is gone', (daemon) => rewrite(daemon, withSections({ two: '' })), 'one -two web'],
  [
    'lines have only moved',
    (daemon) => rewrite(daemon, `; new\n\n${withSections({})}`),
    'one two web',
  ],
  [
    'a cmd has changed',
    (daemon) => rewrite(daemon, withSections({ one: '[watcher:one]\ncmd = sleep 601\n' })),
    'one! two web',
  ],
];

for (const [title, change, expected] of rows) {
  test(`reloadconfig: ${title}`, async (t) => {
    const daemon = await begin(t);
    const before = await pidsOf(daemon);
    change(daemon);
    await reload(daemon);
    assert.equal(await compare(daemon, before), expected);
    const again = (await daemon.call('reloadconfig', { dry_run: true }))['plan'] as JsonObject;
    assert.deepEqual([again['added'], again['removed'], again['changed']], [[], [], []], 'once');
  });
}

test('reloadconfig: a broken file changes nothing and tells every fault with its place', async (t) => {
  const daemon = await begin(t);
  const before = await pidsOf(daemon);
  const faulty =
    '[watcher:one]\ncmd = sleep 1\nnumprocesses = many\n[watcher:three]\ncmd = sleep 1\nshell = x\n';
  const half = withSections({}).slice(0, -12);
  for (const text of [faulty, '[watcher:one\ncmd', '[watcher:one]\ncm\0d = x', half]) {
    rewrite(daemon, text);
    if (text === half) writeFileSync(join(daemon.folder, 'circus.ini'), '[circus]\nendpo');
    await assert.rejects(daemon.call('reloadconfig', { waiting: true }), /circus\.ini:\d+: .+: .+/);
    const outcome = await daemon.ctl('reloadconfig', '--dry-run');
    assert.equal(outcome.code, 3);
    assert.match(outcome.stderr, /circus\.ini:\d+/);
  }
  rewrite(daemon, faulty);
  await assert.rejects(daemon.call('reloadconfig'), /"many" is not[\s\S]*"x" is not/);
  const check = await run(programWords('circusd', '--check', join(daemon.folder, 'circus.ini')));
  assert.equal(check.code, 1);
  assert.match(check.stderr, /numprocesses = many.*\n.*shell = x/);
  assert.equal(await compare(daemon, before), 'one two web');
});

test('reloadconfig: a watcher that a command has added goes', async (t) => {
  const daemon = await begin(t);
  await daemon.call('add', { name: 'extra', cmd: 'sleep 600', start: true, waiting: true });
  const before = await pidsOf(daemon);
  const plan = await reload(daemon);
  assert.deepEqual(plan['removed'], ['extra']);
  assert.equal(await compare(daemon, before), '-extra one two web');
});

test('reloadconfig: what was set at run time holds unless the files change that option', async (t) => {
  const daemon = await begin(t);
  await daemon.call('set', {
    name: 'two',
    options: { numprocesses: 1, graceful_timeout: 7 },
    waiting: true,
  });
  const before = await pidsOf(daemon);
  rewrite(
    daemon,
    withSections({ two: '[watcher:two]\ncmd = sleep 600\nnumprocesses = 2\npriority = 3\n' }),
  );
  await reload(daemon);
  assert.equal(await compare(daemon, before), 'one two web');
  const { options } = await daemon.call('config', { name: 'two' });
  const found = Object.fromEntries(
    (options as JsonObject[]).map(({ name, value, origin }) => [name, `${value} ${origin}`]),
  );
  assert.equal(found['numprocesses'], '1 runtime');
  assert.equal(found['graceful_timeout'], '7 runtime');
  assert.match(String(found['priority']), /^3 .*circus\.ini:\d+$/);
  rewrite(daemon, withSections({ two: '[watcher:two]\ncmd = sleep 600\nnumprocesses = 3\n' }));
  await reload(daemon);
  const { options: now } = await daemon.call('config', { name: 'two' });
  const changed = (now as JsonObject[]).filter(({ name }) =>
    /^(priority|numprocesses)$/.test(String(name)),
  );
  assert.deepEqual(
    changed.map(
      ({ name, value, origin }) => `${name} ${value} ${String(origin).replace(/.*\/|:\d+$/g, '')}`,
    ),
    ['numprocesses 3 circus.ini', 'priority 0 default'],
  );
  assert.equal((await daemon.pids('two')).length, 3);
});

test('reloadconfig --dry-run prints the plan', async (t) => {
  const daemon = await begin(t);
  rewrite(daemon, withSections({ one: '', two: '[watcher:two]\ncmd = sleep 601\n' }));
  const outcome = await daemon.ctl('reloadconfig', '--dry-run');
  assert.equal(outcome.code, 0, outcome.stderr);
  for (const word of ['one', 'two', 'cmd', 'sleep 601', 'numprocesses']) {
    assert.ok(outcome.stdout.includes(word), `${word}: ${outcome.stdout}`);
  }
});
