/** Every page and action of the console in a real browser, against a real circusd. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { desktop, phone } from '../console/browser.ts';
import { startLive } from '../console/live-console.ts';
import { until } from './until.ts';

const watchers = `[watcher:web]
cmd = sleep 600
numprocesses = 2
[env:web]
PASSWORD = do-not-show
[watcher:chatty]
cmd = sh -c "echo '<img src=x onerror=alert(1)>'; printf '\\033[31mred\\033[0m\\n'; echo oops >&2; while sleep 0.2; do echo tick; done"
stdout_stream.class = FancyStdoutStream
stderr_stream.class = FancyStdoutStream
[watcher:<b>bold</b>]
cmd = sleep 600
autostart = False
[watcher:later]
cmd = sleep 600
autostart = False
[socket:front]
host = 127.0.0.1
port = 0
`;

test('the console shows what is, and does what it says', async (t) => {
  const live = await startLive(t, watchers);
  if (live === undefined) return;
  const { daemon, page, faults } = live;
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const openTab = async (name: string) =>
    await page.getByRole('navigation', { name: 'Parts of the watcher' }).getByText(name).click();
  const open = async (path: string) => {
    await page.evaluate(`{
      const link = document.createElement('a');
      link.href = ${JSON.stringify(path || './')};
      document.body.append(link);
      link.click();
      link.remove();
    }`);
  };
  const isDone = async (what: string) => await page.getByText(`${what}: done`).first().waitFor();

  await t.test('the overview lists watchers with their state and figures', async () => {
    const row = page.getByRole('row').filter({ hasText: 'web' }).first();
    await row.getByText('active').waitFor();
    const names = await page.locator('td.name a').allTextContents();
    assert.deepEqual(names, ['<b>bold</b>', 'chatty', 'later', 'web']);
    await row.getByText('2/2').waitFor();
    const kilobytes = await until(
      'memory is shown',
      async () => readSize(await row.locator('[data-label=Memory]').textContent()),
      (size) => size > 0,
    );
    const real = residentBytes(await daemon.pids('web'));
    assert.ok(Math.abs(kilobytes - real) < real * 0.2 + 100_000, `${kilobytes} and ${real}`);
  });

  await t.test('the filter and the headings choose and sort', async () => {
    await page.getByLabel('Filter watchers').fill('chat');
    await until(
      'one is left',
      () => page.locator('td.name').count(),
      (count) => count === 1,
    );
    await page.getByLabel('Filter watchers').fill('nothing of that name');
    await page.getByText('No watcher matches.').waitFor();
    await page.getByLabel('Filter watchers').fill('');
    await button('Processes').click();
    const first = page.locator('td.name a').first();
    await until(
      'sorted',
      () => first.textContent(),
      (name) => name === 'web',
    );
    await button(/^Watcher/).click();
  });

  await t.test('several watchers are acted on at once', async () => {
    await page.getByLabel('Choose later').check();
    await page.getByLabel('Choose <b>bold</b>').check();
    await page
      .getByRole('group', { name: 'Actions on the chosen' })
      .getByRole('button', { name: 'Start', exact: true })
      .click();
    await isDone('Start later');
    assert.equal(await daemon.status('later'), 'active');
    assert.equal(await daemon.status('<b>bold</b>'), 'active');
  });

  await t.test('a watcher has its processes, those of ps', async () => {
    await page.getByRole('link', { name: 'web', exact: true }).click();
    await page.getByRole('heading', { name: 'web' }).waitFor();
    const shown = async () => (await page.locator('td.name').allTextContents()).map(Number).sort();
    const pids = (await daemon.pids('web')).sort();
    await until('its pids', shown, (all) => String(all) === String(pids));
  });

  await t.test('incr, decr, kill, signal', async () => {
    await button('One process more').click();
    await daemon.running('web', 3);
    await page.getByText('3/3').waitFor();
    await button('One process less').click();
    const pids = await daemon.running('web', 2);
    await page.getByText('2/2').waitFor();
    const [victim = 0] = pids;
    await button(`Kill ${victim}`).click();
    await page.getByRole('dialog').getByText('Cancel').click();
    assert.deepEqual(await daemon.pids('web'), pids);
    await button(`Kill ${victim}`).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Kill' }).click();
    await isDone(`Kill web ${victim}`);
    await until(
      'another one',
      () => daemon.pids('web'),
      (now) => now.length === 2 && !now.includes(victim),
    );
    await page.locator('.page-head').getByLabel('Signal').selectOption('TERM');
    const [other = 0] = await daemon.pids('web');
    await button(`Send TERM to ${other}`).click();
    await until(
      'it has ended',
      () => daemon.pids('web'),
      (now) => now.length === 2 && !now.includes(other),
    );
    await page.getByText(/last exit: SIGTERM/).waitFor();
  });

  await t.test('stop asks first; start, reload and restart', async () => {
    await button('Stop').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await isDone('Stop web');
    assert.equal(await daemon.status('web'), 'stopped');
    await page.getByText('No process is running.').waitFor();
    await button('Start').click();
    await isDone('Start web');
    const before = await daemon.running('web', 2);
    await button('Reload').click();
    await isDone('Reload web');
    const reloaded = await daemon.running('web', 2);
    assert.ok(reloaded.every((pid) => !before.includes(pid)));
    await button('Restart').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
    await isDone('Restart web');
    assert.ok((await daemon.running('web', 2)).every((pid) => !reloaded.includes(pid)));
  });

  await t.test('options have their origin, can be set, and hide the environment', async () => {
    await openTab('Options');
    const row = page.getByRole('row').filter({ hasText: 'graceful_timeout' });
    await row.getByText('default').waitFor();
    await row.getByRole('button', { name: 'Edit' }).click();
    await row.getByLabel('graceful_timeout').fill('7');
    await row.getByRole('button', { name: 'Set' }).click();
    await isDone('Set graceful_timeout of web');
    const { options } = await daemon.call('get', { name: 'web', keys: ['graceful_timeout'] });
    assert.deepEqual(options, { graceful_timeout: 7 });
    await row.getByRole('button', { name: 'Edit' }).click();
    await row.getByLabel('graceful_timeout').fill('soon');
    await row.getByRole('button', { name: 'Set' }).click();
    await page.getByText(/Set graceful_timeout of web: (?!done)./).waitFor();
    await button('Dismiss').last().click();
    await page.getByText('********').first().waitFor();
    assert.doesNotMatch(await page.content(), /do-not-show/);
  });

  await t.test('events have their cause', async () => {
    await openTab('Events');
    await page
      .getByText(/ended: SIGTERM/)
      .first()
      .waitFor();
    await page.getByLabel('Filter events').fill('spawn');
    await page
      .getByText(/pid \d+ started/)
      .first()
      .waitFor();
    await page.getByLabel('Filter events').fill('');
  });

  await t.test('the log shows text as text, in colours, and is searched', async () => {
    await open('watchers/chatty/log');
    await page.getByRole('heading', { name: 'chatty' }).waitFor();
    const log = page.getByRole('log');
    await log.getByText('<img src=x onerror=alert(1)>').waitFor();
    assert.equal(await log.locator('img').count(), 0);
    await log.locator('.ansi1', { hasText: 'red' }).waitFor();
    await log.getByText('tick').nth(1).waitFor();
    await button('stderr').click();
    await log.getByText('oops').waitFor();
    assert.equal(await log.getByText('tick').count(), 0);
    await button('both').click();
    await page.getByLabel('Search the log').fill('o+ps');
    await log.locator('mark', { hasText: 'oops' }).waitFor();
    await page.getByLabel('Search the log').fill('');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const text = readFileSync(await download.path(), 'utf8');
    assert.match(text, /chatty\[\d+\] \| <img src=x/);
    assert.match(text, /chatty\[\d+\] ! oops/);
  });

  await t.test('sockets, events, plugins and the configuration have their page', async () => {
    await page.keyboard.press('s');
    await page.getByRole('heading', { name: 'Sockets' }).waitFor();
    await page.getByText('front').waitFor();
    await page.getByText('127.0.0.1:').waitFor();
    await page.keyboard.press('e');
    await page.getByRole('heading', { name: 'Events' }).waitFor();
    await button('Trouble only').click();
    await page
      .getByText(/ended: SIGTERM/)
      .first()
      .waitFor();
    await page.keyboard.press('p');
    await page.getByRole('heading', { name: 'Plugins' }).waitFor();
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    writeFileSync(
      join(daemon.folder, 'circus.ini'),
      readFileSync(join(daemon.folder, 'circus.ini'), 'utf8').replace(
        '[watcher:later]',
        '[watcher:sooner]',
      ),
    );
    await button('Check the file').click();
    await page.getByText('is added').waitFor();
    await button('Apply').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
    await isDone('Apply the configuration');
    await page.getByText('nothing to do').waitFor();
    assert.equal(await daemon.status('sooner'), 'stopped');
  });

  await t.test('a watcher is added and removed', async () => {
    await page.keyboard.press('a');
    await page.getByRole('textbox', { name: 'Name' }).fill('web');
    await page.getByText('There is a watcher of that name.').waitFor();
    assert.ok(await button('Add web').isDisabled());
    await page.getByRole('textbox', { name: 'Name' }).fill('Fresh');
    await page.getByRole('textbox', { name: 'Command' }).fill('sleep 600');
    await button('Add Fresh').click();
    await page.getByRole('heading', { name: 'fresh' }).waitFor();
    await daemon.running('fresh', 1);
    await button('Remove').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await assert.rejects(daemon.status('fresh'));
  });

  await t.test('the palette goes and does, the help tells the keys', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('decr web');
    await page.keyboard.press('Enter');
    await daemon.running('web', 1);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Overview').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  await t.test('every page is usable by everybody, in both themes and on a phone', async () => {
    await page.evaluate(axe.source);
    const pages = ['', 'watchers/web', 'watchers/chatty/log', 'watchers/web/options', 'sockets'];
    for (const path of [...pages, 'events', 'plugins', 'configuration', 'add', 'nowhere']) {
      await open(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      for (const { width, height } of [desktop, phone]) {
        await page.setViewportSize({ width, height });
        // charts are drawn anew a moment after a change of size
        await until(`${path} is as wide as ${width}`, () => fits(page), Boolean);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await barriers(page), [], `${path} ${width} ${colorScheme}`);
        }
      }
    }
  });

  // a refusal is a status that the browser notes, and is told on the page
  const unexpected = faults.filter((fault) => !/status of (401|409)/.test(fault));
  assert.deepEqual(unexpected, []);
});

/** Whether nothing is beside the page. */
async function fits(page: Page): Promise<boolean> {
  return await page.evaluate<boolean>(`{
    const main = document.querySelector('main');
    document.documentElement.scrollWidth <= innerWidth && main.scrollWidth <= main.clientWidth;
  }`);
}

/** What axe-core finds that keeps somebody out, with where. */
async function barriers(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const { axe: here } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await here.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join('; ')}`);
  });
}

function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [, kilobytes = '0'] =
      /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return sum + Number(kilobytes) * 1024;
  }, 0);
}

function readSize(text: string | null): number {
  const [, number = '0', unit = 'B'] = /([\d.]+) (\w+)/.exec(text ?? '') ?? [];
  return Number(number) * 1024 ** ['B', 'KB', 'MB', 'GB'].indexOf(unit);
}
