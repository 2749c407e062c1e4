/** circus-top on a terminal, with a publisher that knows protocol.md 4 alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { Publisher } from 'zeromq';
import { findFreePort, run } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { hasTmux, TopScreen } from './tmux.ts';

/** Publishes watchers with so many processes each, every 250 ms until it is stopped. */
async function publish(t: TestContext, watchers: readonly string[], count: number, port: number) {
  const socket = new Publisher({ linger: 0, sendHighWaterMark: 100_000 });
  const endpoint = `tcp://127.0.0.1:${port}`;
  await socket.bind(endpoint);
  const pass = async (): Promise<void> => {
    for (const [place, name] of watchers.entries()) {
      const pids = Array.from({ length: count }, (_, at) => place * count + at + 1);
      for (const pid of pids) {
        const payload = {
          pid,
          subtopic: pid,
          name: null,
          cmdline: 'worker',
          cpu: pid / 10,
          mem: 0.1,
          age: 60,
        };
        await socket.send([`stat.${name}.${pid}`, JSON.stringify(payload)]);
      }
      const group = { pid: pids, cpu: 1, mem: 1, age: 60, state: 'active', numprocesses: count };
      await socket.send([`stat.${name}`, JSON.stringify(group)]);
    }
    await socket.send(['stat.circus', JSON.stringify({ pid: [], cpu: 0, mem: 0, age: 'N/A' })]);
  };
  let isStopped = false;
  const timer = setInterval(() => void pass().catch(() => undefined), 250);
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    clearInterval(timer);
    socket.close();
  };
  t.after(stop);
  return { endpoint, stop };
}

test('shows three watchers at 80x24, follows keys and a new size, and leaves', async (t) => {
  if (!hasTmux(t)) return;
  const port = await findFreePort();
  const { endpoint } = await publish(t, ['web', 'a.b', 'ünï_漢字'], 2, port);
  const screen = new TopScreen(t, ['--endpoint', endpoint]);
  const first = await screen.shows('all watchers', (lines) => lines.join('\n').includes('漢字'));
  assert.equal(first.length, 24);
  assert.match(first.join('\n'), /▾ a\.b {2}active 2\/2/);
  assert.match(first[0] ?? '', /3 watchers, 6 processes .* live/);
  screen.press('/', 'w', 'e', 'b', 'Enter');
  await screen.shows('one watcher', (lines) => !lines.join('\n').includes('a.b'));
  screen.press('Escape');
  await screen.shows('all again', (lines) => lines.join('\n').includes('a.b'));
  screen.press('?');
  await screen.shows('its keys', (lines) => lines.join('\n').includes('sort by CPU'));
  screen.press('?', 'f');
  await screen.shows('groups alone', (lines) => !lines.join('\n').includes('worker'));
  screen.resize(200, 50);
  const wide = await screen.shows('what fits', (lines) => / RSS /.test(lines[1] ?? ''));
  assert.equal(wide.length, 50);
  screen.press('q');
  await until('it has left', () => !screen.isOpen);
});

test('a thousand processes: the first page, the last one, and a smaller window', async (t) => {
  if (!hasTmux(t)) return;
  const names = Array.from({ length: 20 }, (_, at) => `watcher${String(at).padStart(2, '0')}`);
  const port = await findFreePort();
  const { endpoint } = await publish(t, names, 50, port);
  const screen = new TopScreen(t, ['--endpoint', endpoint], { width: 200, height: 50 });
  await screen.shows('all of them', (lines) => /20 watchers, 1000 processes/.test(lines[0] ?? ''));
  screen.press('End');
  await screen.shows('the last', (lines) => / 951 worker/.test(lines[47] ?? ''));
  screen.press('t', 'Home');
  await screen.shows('the busiest', (lines) => / 1000 worker {2}watcher19 /.test(lines[2] ?? ''));
  screen.resize(80, 24);
  const small = await screen.shows('the same', (lines) => lines.length === 24);
  assert.match(small[2] ?? '', / 1000 worker/);
});

test('a publisher that goes is waited for, and what it told is marked', async (t) => {
  if (!hasTmux(t)) return;
  const port = await findFreePort();
  const { endpoint, stop } = await publish(t, ['web'], 1, port);
  const screen = new TopScreen(t, ['--endpoint', endpoint]);
  await screen.shows('data', (lines) => lines.join('\n').includes('1 worker'));
  stop();
  const stale = await screen.shows('that it waits', (lines) => /no data for/.test(lines[0] ?? ''));
  assert.match(stale.join('\n'), /\n~ +1 worker/);
  await publish(t, ['other'], 1, port);
  await screen.shows('the new one', (lines) => lines.join('\n').includes('▾ other'));
});

test('--once and --json print, and say when there is nobody', async (t) => {
  const port = await findFreePort();
  const { endpoint, stop } = await publish(t, ['web'], 2, port);
  const words = [process.execPath, 'bin/circus-top.js', '--endpoint', endpoint];
  const once = await run([...words, '--once']);
  assert.equal(once.code, 0, once.stderr);
  assert.match(once.stdout, /^web\n {3}PID .*\n {4}2 +0\.20 +0\.10 +60\.00\n {4}1 /m);
  const json = await run([...words, '--once', '--json']);
  assert.equal(JSON.parse(json.stdout).groups.web.processes['2'].cpu, 0.2);
  stop();
  const nobody = await run([...words, '--once'], { deadlineMs: 20_000 });
  assert.deepEqual({ code: nobody.code, stdout: nobody.stdout }, { code: 1, stdout: '' });
  assert.match(nobody.stderr, /nobody publishes at tcp/);
});

test('without a terminal it says what to do; unknown flags are refused', () => {
  const piped = spawnSync(process.execPath, ['bin/circus-top.js'], { encoding: 'utf8' });
  assert.equal(piped.status, 1);
  assert.match(piped.stderr, /no terminal .*--once/);
  const wrong = spawnSync(process.execPath, ['bin/circus-top.js', '--process-timeout', '-1']);
  assert.equal(wrong.status, 2);
});
