/**
 * Pictures of the console, for the README and docs/console.md.
 *
 *     npm run screenshots               those of docs/images
 *     npm run screenshots -- FOLDER     every page in every size and theme, to look at
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { desktop, type Look, launchBrowser, phone, visitor } from '../console/browser.ts';
import { findFreePort, Program, programWords, run } from '../system/daemon.ts';
import { until } from '../system/until.ts';
import { writeScene } from './scene.ts';

/** So long the scene is played before the first picture: charts show something. */
const rehearsalMs = 60_000;
const password = 'a password of some length';

interface Shot {
  readonly name: string;
  readonly path: string;
  /** Done before the picture. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

const shots: readonly Shot[] = [
  { name: 'overview', path: '' },
  { name: 'watcher', path: 'watchers/web' },
  {
    name: 'log',
    path: 'watchers/web/log',
    prepare: (page) => page.getByRole('log').scrollIntoViewIfNeeded(),
  },
  { name: 'watcher-events', path: 'watchers/importer/events' },
  { name: 'options', path: 'watchers/web/options' },
  { name: 'sockets', path: 'sockets' },
  { name: 'events', path: 'events' },
  { name: 'plugins', path: 'plugins' },
  { name: 'configuration', path: 'configuration' },
  { name: 'add', path: 'add' },
  { name: 'palette', path: '', prepare: (page) => page.keyboard.press('Control+k') },
  { name: 'keys', path: '', prepare: (page) => page.keyboard.press('?') },
  { name: 'nowhere', path: 'nowhere' },
];

/** Those that the docs show, with the look that each is shown in. */
const documented: readonly (readonly [name: string, look: Look, file: string])[] = [
  ['overview', desktop, 'overview'],
  ['overview', { ...desktop, theme: 'dark' }, 'overview-dark'],
  ['overview', phone, 'overview-phone'],
  ['watcher', { ...desktop, theme: 'dark' }, 'watcher'],
  ['log', desktop, 'log'],
  ['events', desktop, 'events'],
  ['options', desktop, 'options'],
  ['sockets', desktop, 'sockets'],
  ['plugins', desktop, 'plugins'],
  ['configuration', desktop, 'configuration'],
  ['add', desktop, 'add'],
  ['palette', { ...desktop, theme: 'dark' }, 'palette'],
];

const every = [desktop, phone].flatMap((look) =>
  (['light', 'dark'] as const).flatMap((theme) =>
    shots.map(({ name }) => {
      const size = look === phone ? '-phone' : '';
      return [name, { ...look, theme }, `${name}${size}-${theme}`] as const;
    }),
  ),
);

const [given] = process.argv.slice(2);
const target = resolve(given ?? 'docs/images');
mkdirSync(target, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'circus-screenshots-'));
const port = await findFreePort();
const users = join(folder, 'users');
await new Program(
  [process.execPath, 'bin/circushttpd.js', 'user', 'add', '--users-file', users, 'operator'],
  { stdin: `${password}\n` },
).ended;
const circusd = new Program(programWords('circusd', writeScene(folder, port, users)));
const base = `http://localhost:${port}/`;
try {
  await until(
    'the console serves',
    () =>
      fetch(base).then(
        ({ ok }) => ok,
        () => false,
      ),
    Boolean,
    30_000,
  );
  await sleep(rehearsalMs);
  await run(programWords('circusctl', '--endpoint', `ipc://${folder}/control`, 'incr', 'mailer'));
  await takeAll(given === undefined ? documented : every);
} finally {
  circusd.kill('SIGTERM');
  await circusd.ended;
  rmSync(folder, { recursive: true, force: true });
}

async function takeAll(wanted: readonly (readonly [string, Look, string])[]): Promise<void> {
  const browser = await launchBrowser();
  try {
    for (const [name, look, file] of wanted) {
      const shot = shots.find((one) => one.name === name);
      if (shot !== undefined) await take(await visitor(browser, look), shot, file);
    }
  } finally {
    await browser.close();
  }
}

async function take(
  context: Awaited<ReturnType<typeof visitor>>,
  { path, prepare }: Shot,
  file: string,
): Promise<void> {
  const page = await context.newPage();
  await page.goto(base);
  await page.getByLabel('User').fill('operator');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.goto(base + path);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await prepare?.(page);
  await sleep(2_500);
  await page.screenshot({ path: join(target, `${file}.png`), timeout: 90_000 });
  await context.close();
}
