/**
 * The coverage table: every option and command of the manual and of the original's last release, seen
 * on a running circusd. docs/reference/coverage.md shows it; COVERAGE=write writes it.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import {
  type Daemon,
  findFreePort,
  fixture,
  hasComponent,
  isReadable,
  makeFolder,
  python,
  startDaemon,
} from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { circusObservations, seenApart, writeUsersFile } from './circus.ts';
import { commandObservations, commandSections } from './commands.ts';
import { renderPage } from './page.ts';
import { canTry, lookAtAll, type Rows, sightOf } from './rows.ts';
import { pluginObservations, socketObservations } from './sections.ts';
import { moreWatchers, setObservations } from './set.ts';
import { streamClassModule, streamClassObservations } from './streams.ts';
import { tables } from './tables.ts';
import { type Part, toComeIn, warnings } from './to-come.ts';
import { variableObservations, variableSections } from './variables.ts';
import { watcherObservations } from './watcher.ts';

const page = 'docs/reference/coverage.md';

/** So that a worker's standard input can be told from /dev/null. */
const launcher = ['/bin/sh', '-c', 'exec "$@" < /etc/passwd', 'sh'];

const started = 'now waiting for commands';

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

for (const { title, documented, ours, rows } of tables) {
  test(`${title}: every row has an observation, and every observation a row`, () => {
    const names = [
      ...documented.manual,
      ...documented.lastRelease,
      ...ours.map(({ name }) => name),
    ];
    assert.deepEqual(sorted(Object.keys(rows)), sorted(names));
    for (const name of toComeIn(title).keys()) assert.equal(rows[name]?.kind, 'observed', name);
  });

  test(`${title}: what is accepted without effect is marked so where it is declared`, () => {
    const ignored = ours.filter(({ isIgnored }) => isIgnored).map(({ name }) => name);
    const listed = Object.entries(rows).filter(([, { kind }]) => kind === 'no effect');
    const declared = new Set(ours.map(({ name }) => name));
    assert.deepEqual(
      sorted(ignored),
      sorted(listed.map(([name]) => name).filter((name) => declared.has(name))),
    );
  });
}

test(`${page} shows the table`, () => {
  const text = renderPage();
  if (process.env['COVERAGE'] === 'write') writeFileSync(page, text);
  assert.equal(readFileSync(page, 'utf8'), text, 'COVERAGE=write writes it anew');
});

async function allStarted(look: () => string): Promise<void> {
  await until('circusd has started all', look, (log) => log.includes(started), 60_000);
}

async function observe(daemon: Daemon, title: string, rows: Rows, log: string): Promise<void> {
  const toCome = toComeIn(title);
  for (const part of new Set(toCome.values())) assertNotYet(part, log);
  await lookAtAll(rows, (name) => sightOf(daemon, name), toCome);
}

/** Of a part to come circusd says so at start. */
function assertNotYet(part: Part, log: string): void {
  assert.ok(log.includes(warnings[part]), `${part} has come: shorten the list of to-come.ts`);
}

/** What is tried in a configuration, by row. */
function configured(rows: Rows): [string, string][] {
  return Object.entries(rows).flatMap(([name, row]) => (canTry(row) ? [[name, row.tried]] : []));
}

const sectionOf = (title: string, lines: string): string => `[${title}]\n${lines}\n`;

test('[watcher:NAME] and stream classes on a running circusd', async (t) => {
  if (!hasComponent(t, python, isReadable(python))) return;
  const folder = makeFolder(t);
  const script = fixture(folder, 'report.py');
  const serve = fixture(folder, 'serve.py');
  const sections = configured(watcherObservations).map(([name, tried]) => {
    const cmd = /^cmd =/m.test(tried) ? '' : 'cmd = REPORT\n';
    const report = `${python} ${script} OUT/${name}.json`;
    return sectionOf(`watcher:${name}`, cmd + tried)
      .replaceAll('REPORT', report)
      .replaceAll('SCRIPT', script)
      .replaceAll('SERVE', `${python} ${serve}`)
      .replaceAll('PYTHON', python);
  });
  const classes = configured(streamClassObservations).map(([name, tried]) =>
    sectionOf(`watcher:${name}`, tried.replaceAll(/NAME$/gm, name)),
  );
  const sockets = '[socket:demand]\nport = 0\n[socket:web]\nhost = 127.0.0.1\nport = 0\n';
  writeFileSync(join(folder, 'stream.mjs'), streamClassModule);
  const text = [...sections, ...classes, sockets]
    .join('')
    .replaceAll('OUT', `${folder}/out`)
    .replaceAll('FOLDER', folder)
    .replaceAll('TAKE', resolve('examples/streams/take.py'))
    .replaceAll('PYTHON ', `${python} `);
  const env = { OWN: 'mine', PYTHONPATH: '/nowhere', TZ: 'Etc/GMT-9' };
  const daemon = await startDaemon(t, text, { folder, listens: false, env, launcher });
  await allStarted(() => daemon.log);
  await Promise.all([
    observe(daemon, '[watcher:NAME]', watcherObservations, daemon.log),
    observe(daemon, 'stream classes', streamClassObservations, daemon.log),
  ]);
});

test('[circus], [plugin:NAME] and [socket:NAME] on a running circusd', async (t) => {
  const folder = makeFolder(t);
  const out = join(folder, 'out');
  const owner = process.getuid?.() === 0 ? 'nobody' : String(process.getuid?.());
  writeFileSync(join(folder, 'included.ini'), '[watcher:from-include]\ncmd = sleep 600\n');
  writeFileSync(join(out, 'below.ini'), '[watcher:from-dir]\ncmd = sleep 600\n');
  writeFileSync(join(out, 'users'), '# nobody yet\n');
  await leaveSocketFile(join(out, 'replace.sock'));
  writeUsersFile(join(out, 'users'));
  const lines = Object.entries(circusObservations)
    // These are in every configuration of the harness.
    .filter(
      ([name]) =>
        !['endpoint', 'pubsub_endpoint', 'log_endpoint', 'check_delay', seenApart].includes(name),
    )
    .map(([, { tried }]) => tried);
  const ports = [await findFreePort(), await findFreePort()];
  const sockets = configured(socketObservations).map(([name, tried]) =>
    sectionOf(`socket:${name}`, tried),
  );
  const plugins = configured(pluginObservations).map(([name, tried]) =>
    sectionOf(`plugin:${name}`, tried),
  );
  const serve = fixture(folder, 'serve.py');
  const text = [
    sectionOf('watcher:one', `cmd = /bin/sh -c 'umask > OUT/umask; exec sleep 600'`),
    sectionOf('watcher:ageing', 'cmd = sleep 600\nmax_age = 1\nmax_age_variance = 0'),
    sectionOf('watcher:inherits', 'cmd = sleep 600\nuse_sockets = True'),
    sectionOf(
      'watcher:shares',
      `cmd = ${python} ${serve} $(circus.sockets.so_reuseport)\nuse_sockets = True\nnumprocesses = 2`,
    ),
    ...plugins,
    ...sockets,
  ];
  const fill = (part: string, port = ''): string =>
    part.replaceAll('OUT', out).replaceAll('OWNER', owner).replaceAll('PORT', port);
  const circus = fill(lines.join('\n'), String(ports[0]));
  const daemon = await startDaemon(t, fill(text.join(''), String(ports[1])), {
    folder,
    circus,
    listens: false,
  });
  const log = (): string => readFileSync(join(out, 'log'), 'utf8');
  await until('log', () => existsSync(join(out, 'log')));
  await allStarted(log);
  await Promise.all([
    observe(daemon, '[circus]', circusObservations, log()),
    observe(daemon, '[plugin:NAME]', pluginObservations, log()),
    observe(daemon, '[socket:NAME]', socketObservations, log()),
  ]);
});

/** What a program leaves that did not remove its socket. */
async function leaveSocketFile(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(`${path}.new`, listening));
  renameSync(`${path}.new`, path);
  await new Promise((closed) => server.close(closed));
}

test('variables and environments on a running circusd', async (t) => {
  if (!hasComponent(t, python, isReadable(python))) return;
  const folder = makeFolder(t);
  const script = fixture(folder, 'report.py');
  const names = Object.keys(variableObservations);
  const nameOf = (row: string): string => `variables ${names.indexOf(row) + 1}`;
  const sections = Object.entries(variableObservations).map(([row, { tried }]) => {
    const line = tried.startsWith('[') ? '' : tried;
    const cmd = `cmd = ${python} ${script} "${folder}/out/${nameOf(row)}.json"\nuse_sockets = True`;
    return sectionOf(`watcher:${nameOf(row)}`, `${cmd}\n${line}`);
  });
  const sockets = '[socket:first]\nport = 0\n[socket:web]\nport = 0\n';
  const text = `${sections.join('')}${sockets}${variableSections}`;
  const env = { OWN: 'mine', PLACE: '/usr' };
  const daemon = await startDaemon(t, text, { folder, listens: false, env });
  await lookAtAll(variableObservations, (row) => sightOf(daemon, nameOf(row)));
});

test('set and add on a running circusd', async (t) => {
  if (!hasComponent(t, python, isReadable(python))) return;
  const folder = makeFolder(t);
  const script = fixture(folder, 'report.py');
  const text = Object.keys(setObservations).map((name) =>
    sectionOf(`watcher:${name}`, `cmd = ${python} ${script} ${folder}/out/${name}.json`),
  );
  const daemon = await startDaemon(t, text.join('') + moreWatchers, {
    folder,
    launcher,
    listens: false,
  });
  await allStarted(() => daemon.log);
  // Nothing of this configuration asks for a hook, so that circusd does not speak of them.
  await lookAtAll(setObservations, (name) => sightOf(daemon, name), toComeIn('set and add'));
});

test('commands on a running circusd', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(t, commandSections(join(folder, 'out')), { folder });
  await allStarted(() => daemon.log);
  const { quit, restart, ...others } = commandObservations;
  assert.ok(quit !== undefined && restart !== undefined);
  await lookAtAll(others, (name) => sightOf(daemon, name));
  // These are about all watchers, so they come last.
  await lookAtAll({ restart }, (name) => sightOf(daemon, name));
  await lookAtAll({ quit }, (name) => sightOf(daemon, name));
});
