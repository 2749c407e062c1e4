/** circusd or circushttpd go and come back: the page says so, goes on, loses and doubles nothing. */
import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ConsoleProgram } from '../console/console-program.ts';
import { startLive } from '../console/live-console.ts';
import { findFreePort, type Program, programWords } from './daemon.ts';
import { until } from './until.ts';

const watchers = `[watcher:web]
cmd = sleep 600
numprocesses = 2
`;

test('circushttpd is killed and revived: the session stays, and the page goes on', async (t) => {
  const port = await findFreePort();
  const live = await startLive(t, watchers, { port });
  if (live === undefined) return;
  const { daemon, console, page } = live;
  await page.getByRole('link', { name: 'Events' }).click();
  await page
    .getByText(/pid \d+ started/)
    .nth(1)
    .waitFor();
  console.program.kill('SIGKILL');
  await console.program.ended;
  await page.getByText('The console server does not answer.').waitFor();
  // what happens meanwhile is there afterwards
  const [victim = 0] = await daemon.pids('web');
  process.kill(victim, 'SIGKILL');
  await until(
    'another one',
    () => daemon.pids('web'),
    (pids) => pids.length === 2 && !pids.includes(victim),
  );
  const { endpoint, folder } = daemon;
  const launch = (words: readonly string[], env: Record<string, string>) =>
    daemon.launch(words, env);
  await ConsoleProgram.start({ endpoint, folder, port, launch });
  await page.getByText(`pid ${victim} ended: SIGKILL`).waitFor();
  await page.getByText('The console server does not answer.').waitFor({ state: 'detached' });
  const rows = await page.locator('tbody tr:not(.gap) td:last-child').allTextContents();
  const { events } = await daemon.call('events');
  assert.equal(rows.length, (events as unknown[]).length);
  assert.equal(rows.filter((row) => row.includes(`pid ${victim} ended`)).length, 1);
});

test('circusd is killed and revived: the page says so, and shows the new one', async (t) => {
  const live = await startLive(t, watchers);
  if (live === undefined) return;
  const { daemon, page } = live;
  await page.getByText('2/2').first().waitFor();
  const before = await daemon.pids('web');
  daemon.program.kill('SIGKILL');
  await daemon.program.ended;
  for (const pid of before) process.kill(pid, 'SIGKILL');
  await page.getByText(/circusd at ipc:.* does not answer since/).waitFor();
  const revived = daemon.launch(programWords('circusd', `${daemon.folder}/circus.ini`));
  try {
    await page.getByText(/does not answer since/).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'web', exact: true }).click();
    const pids = await daemon.running('web', 2);
    const shown = async () => (await page.locator('td.name').allTextContents()).map(Number).sort();
    await until('its pids', shown, (all) => String(all) === String(pids.sort()));
    await page.getByText('0 restarts').waitFor();
  } finally {
    await endOf(revived);
  }
});

test('the connection is cut: the page says so, and catches up', async (t) => {
  const live = await startLive(t, watchers);
  if (live === undefined) return;
  const { daemon, console, page } = live;
  const wire = await startWire(t, Number(new URL(console.url).port));
  await page.goto(`http://127.0.0.1:${wire.port}/events`);
  await page
    .getByText(/pid \d+ started/)
    .nth(1)
    .waitFor();
  wire.cut();
  await page.getByText('The console server does not answer.').waitFor();
  await daemon.call('incr', { name: 'web', waiting: true });
  wire.mend();
  await page.getByText('The console server does not answer.').waitFor({ state: 'detached' });
  const { events } = await daemon.call('events');
  await until(
    'all events, each once',
    () => page.locator('tbody tr:not(.gap)').count(),
    (rows) => rows === (events as unknown[]).length,
  );
});

/** A wire to a port, which can be cut. */
async function startWire(t: TestContext, to: number) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
    if (isCut) near.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  const address = server.address();
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  t.after(cutAll);
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    cut: () => {
      isCut = true;
      cutAll();
    },
    mend: () => {
      isCut = false;
    },
  };
}

async function endOf(program: Program): Promise<void> {
  program.kill('SIGTERM');
  await program.ended;
}
