/** The console on a socket of circusd's, behind nginx, and with a page added to it (5.6.2 to 5.6.5). */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Browser } from 'playwright-core';
import { faultsOf, openBrowser, visitor } from '../console/browser.ts';
import { type Daemon, findFreePort, hasComponent, isReadable, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const nginx = '/usr/sbin/nginx';

/** The watcher and socket of examples/console/console.ini, at another port and with other flags. */
function consoleIni(folder: string, port: number, flags: string): string {
  const text = readFileSync('examples/console/console.ini', 'utf8');
  return text
    .slice(text.indexOf('[watcher:webconsole]'))
    .replace('../../bin/circushttpd.js', `${process.execPath} ${resolve('bin/circushttpd.js')}`)
    .replace('tcp://127.0.0.1:5555', `ipc://${folder}/control ${flags}`)
    .replace('events=events', `events=${resolve('examples/console/events')}`)
    .replace('8080', String(port));
}

test('console.ini: a page of the user streams every event, and a restart refuses nobody', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const port = await findFreePort();
  const started = await startDaemon(t, '', { listens: false });
  const { folder } = started;
  const log = (): string => started.log;
  writeFileSync(
    join(folder, 'circus.ini'),
    readFileSync(join(folder, 'circus.ini'), 'utf8') + consoleIni(folder, port, ''),
  );
  await started.call('reloadconfig', { waiting: true });
  const link = await until(
    'the link',
    () => /Sign in, once, with (\S+)/.exec(log())?.[1] ?? '',
    (found) => found !== '',
    20_000,
  );
  assert.equal(new URL(link).port, String(port));
  const page = await (await visitor(browser)).newPage();
  page.setDefaultTimeout(20_000);
  const faults = faultsOf(page);
  await page.goto(link);
  await page.getByRole('link', { name: 'events', exact: true }).click();
  await page.getByRole('heading', { name: 'Events of circusd' }).waitFor();
  await page.getByRole('button', { name: /One process more/ }).click();
  await page.getByText('dummy has 3 now').waitFor();
  await page
    .getByText(/dummy spawn pid \d+ started/)
    .nth(2)
    .waitFor();
  const restarted = started.call('restart', { name: 'webconsole', waiting: true });
  for (let count = 0; count < 20; count += 1) await connectTo(port);
  await restarted;
  await started.call('incr', { name: 'dummy' });
  await page
    .getByText(/dummy spawn pid \d+ started/)
    .nth(3)
    .waitFor();
  assert.equal((await fetch(`http://127.0.0.1:${port}/pages/events/`)).status, 401);
  assert.deepEqual(
    faults.filter((fault) => !/status of 401|WebSocket connection/.test(fault)),
    [],
  );
});

test('nginx.conf: below a path, with a password of nginx', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  if (!hasComponent(t, 'nginx', isReadable(nginx))) return;
  const [port, front] = [await findFreePort(), await findFreePort()];
  const daemon = await startDaemon(t, '', { listens: false });
  const { folder } = daemon;
  const flags = '--base-path /circus --trust-proxy';
  writeFileSync(
    join(folder, 'circus.ini'),
    readFileSync(join(folder, 'circus.ini'), 'utf8') + consoleIni(folder, port, flags),
  );
  await daemon.call('reloadconfig', { waiting: true });
  cpSync('examples/console/nginx.conf', join(folder, 'nginx.conf'));
  const text = readFileSync(join(folder, 'nginx.conf'), 'utf8');
  writeFileSync(
    join(folder, 'nginx.conf'),
    text
      .replace('8081', String(front))
      .replace('8080', String(port))
      .replace(
        'events {}',
        `user root;
events {}`,
      ),
  );
  writeFileSync(join(folder, 'htpasswd'), 'operator:{PLAIN}nginx password\n');
  const words = [nginx, '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
  const proxy = daemon.launch(words);
  try {
    await visitBehindProxy(browser, daemon, front);
  } finally {
    // its workers would stay if it were killed
    proxy.kill('SIGTERM');
    await proxy.ended;
  }
});

async function visitBehindProxy(browser: Browser, daemon: Daemon, front: number): Promise<void> {
  const link = await until(
    'the link',
    () => /Sign in, once, with \S+\/circus\/(#\S+)/.exec(daemon.log)?.[1] ?? '',
    (found) => found !== '',
    20_000,
  );
  const base = `http://localhost:${front}/circus/`;
  await until(
    'nginx asks for a password',
    () =>
      fetch(base).then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 401,
  );
  const context = await browser.newContext({
    httpCredentials: { username: 'operator', password: 'nginx password' },
  });
  const page = await context.newPage();
  await page.goto(base + link);
  await page.getByRole('link', { name: 'dummy', exact: true }).click();
  await page.getByRole('heading', { name: 'dummy' }).waitFor();
  assert.equal(page.url(), `${base}watchers/dummy`);
  await page.reload();
  await page.getByText('2/2').first().waitFor();
  await page.getByRole('button', { name: 'One process more' }).click();
  await page.getByText('3/3').waitFor();
  const [cookie] = await context.cookies();
  assert.deepEqual(
    [cookie?.path, cookie?.httpOnly, cookie?.sameSite],
    ['/circus/', true, 'Strict'],
  );
}

/** Connects; whoever would be refused is not. */
async function connectTo(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await new Promise((done, failed) => {
    socket.on('connect', done);
    socket.on('error', failed);
  });
  socket.destroy();
}
