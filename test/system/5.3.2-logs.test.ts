import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type Daemon,
  hasComponent,
  isReadable,
  makeFolder,
  type Program,
  programWords,
  python,
  startDaemon,
} from './daemon.ts';
import { until } from './until.ts';

/** Says who it is and counts, a line each few milliseconds, until it is ended; then it says so. */
const counter = `import { writeSync } from 'node:fs';
let n = 0;
const say = (text) => writeSync(1, process.pid + ' ' + text + '\\n');
setInterval(() => say(n++), 3);
process.on('SIGTERM', () => { say('last'); process.exit(0); });`;

function writeCounter(folder: string): string {
  writeFileSync(join(folder, 'counter.mjs'), counter);
  return `${process.execPath} ${folder}/counter.mjs`;
}

/** The ways that output can take. */
function ways(folder: string): Readonly<Record<string, string>> {
  return {
    own: '',
    piped: `stdout_stream.filename = ${folder}/piped\nstdout_stream.on_full = block`,
    rotated: `stdout_stream.filename = ${folder}/rotated\nstdout_stream.max_bytes = 3000\nstdout_stream.backup_count = 3`,
    plain: `stdout_stream.filename = ${folder}/plain`,
  };
}

function follow(daemon: Daemon, ...words: string[]): Program {
  return daemon.launch(
    programWords('circusctl', '--endpoint', daemon.endpoint, 'logs', '-f', ...words),
  );
}

/** The messages by process, in order, as a follower has printed them. */
function messages(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, pid = '', message = ''] = /\| (\d+) (\d+|last)$/.exec(line) ?? [];
    if (pid !== '') found.set(pid, [...(found.get(pid) ?? []), message]);
  }
  return found;
}

/** From the first that is there to the last word of the process each number once. */
function assertUnbroken(pid: string, lines: readonly string[]): void {
  const numbers = lines.slice(0, -1).map(Number);
  const first = numbers[0] ?? 0;
  assert.deepEqual(
    numbers,
    numbers.map((_, place) => first + place),
    `lines of ${pid}`,
  );
  assert.equal(lines.at(-1), 'last');
}

for (const way of ['own', 'piped', 'rotated', 'plain']) {
  test(`two followers miss nothing and see nothing twice while a worker is replaced: ${way}`, async (t) => {
    const folder = makeFolder(t);
    const watcher = `[watcher:w]\ncmd = ${writeCounter(folder)}\n${ways(folder)[way]}`;
    const daemon = await startDaemon(t, watcher, { folder });
    const before = await daemon.running('w', 1);
    const followers = [follow(daemon, 'w', '-n', '5'), follow(daemon)];
    for (const follower of followers)
      await until('lines', () => messages(follower.stdout).size > 0);
    await daemon.call('restart', { name: 'w', waiting: true });
    const after = await daemon.running('w', 1);
    for (const follower of followers) {
      await until('the successor', () => messages(follower.stdout).size > 1);
    }
    await daemon.call('stop', { name: 'w', waiting: true });
    for (const follower of followers) {
      const seen = await until(
        'the last line',
        () => messages(follower.stdout),
        (found) => [...found.values()].every((lines) => lines.at(-1) === 'last'),
      );
      assert.deepEqual([...seen.keys()], [...before, ...after].map(String));
      for (const [pid, lines] of seen) assertUnbroken(pid, lines);
      // The successor from its first line on.
      assert.equal(seen.get(String(after[0]))?.[0], '0');
      assert.doesNotMatch(follower.stderr, /missing/);
    }
  });
}

test('follows a file that a log rotator has renamed, and the new one', async (t) => {
  const folder = makeFolder(t);
  const watcher = `[watcher:w]\ncmd = ${writeCounter(folder)}\n${ways(folder)['plain']}`;
  const daemon = await startDaemon(t, watcher, { folder });
  const [old] = await daemon.running('w', 1);
  // Before and while it is followed: the process goes on writing to the renamed file.
  renameSync(join(folder, 'plain'), join(folder, 'plain.2'));
  const follower = follow(daemon);
  await until('lines', () => messages(follower.stdout).size > 0);
  renameSync(join(folder, 'plain.2'), join(folder, 'plain.3'));
  await daemon.call('restart', { name: 'w', waiting: true });
  const [young] = await daemon.running('w', 1);
  await until('the successor', () => messages(follower.stdout).get(String(young)));
  await daemon.call('stop', { name: 'w', waiting: true });
  const seen = await until(
    'the last lines',
    () => messages(follower.stdout),
    (found) => found.size === 2 && [...found.values()].every((lines) => lines.at(-1) === 'last'),
  );
  for (const pid of [old, young]) assertUnbroken(String(pid), seen.get(String(pid)) ?? []);
  assert.equal(seen.get(String(young))?.[0], '0');
});

test('shows the last lines, what is recorded of them, and what is not', async (t) => {
  const folder = makeFolder(t);
  const say = `/bin/sh -c 'echo $$ one; echo $$ two; echo $$ bad >&2; exec sleep 600'`;
  const sections = Object.entries(ways(folder)).map(
    ([name, lines]) => `[watcher:${name}]\ncmd = ${say}\n${lines}`,
  );
  const silent = `[watcher:off]\ncmd = ${say}\nlog_ring = 0`;
  const daemon = await startDaemon(t, [...sections, silent].join('\n'), { folder });
  const pids = new Map<string, number | undefined>();
  for (const name of ['own', 'piped', 'rotated', 'plain', 'off']) {
    const [pid] = await daemon.running(name, 1);
    pids.set(name, pid);
  }
  const logs = async (...words: string[]) => (await daemon.ctl('logs', ...words)).stdout;
  await until(
    'the lines',
    () => logs(),
    (text) => text.match(/bad/g)?.length === 4 && /plain \| .* two/.test(text),
  );
  const pid = String(pids.get('piped'));
  const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d';
  assert.match(
    await logs('PIPED', '--stdout'),
    new RegExp(
      `^${time} piped\\[${pid}\\] \\| ${pid} one\\n${time} piped\\[${pid}\\] \\| ${pid} two\\n`,
    ),
  );
  assert.match(await logs('own', '--stderr'), new RegExp(`^${time} own ! \\d+ bad\\n$`));
  assert.match(await logs('own', '-n', '1', '--stdout'), /two\n$/);
  assert.match(await logs('plain', '-n', '1', '--stdout'), /^plain \| \d+ two\n$/);
  assert.match(await logs('--grep', 'one$', '--pid', pid), /^\S+ \S+ piped\[\d+\] \| \d+ one\n$/);
  assert.equal(await logs('piped', '--stdout', '--since', '0.001s'), '');
  const [json] = (await logs('piped', '-n', '1', '--stdout', '--json')).split('\n');
  const { time: seconds, ...line } = JSON.parse(json ?? '');
  assert.ok(Math.abs(seconds - Date.now() / 1_000) < 600);
  assert.deepEqual(line, {
    watcher: 'piped',
    wid: 1,
    pid: Number(pid),
    stream: 'stdout',
    message: `${pid} two`,
  });
  const { stderr } = await daemon.ctl('logs');
  assert.match(stderr, /own, .*: the pid is not recorded/);
  assert.match(stderr, /plain: pid and time are not recorded/);
  assert.match(stderr, /off: log_ring = 0/);
  const unknown = await daemon.ctl('logs', 'pipe');
  assert.equal(unknown.code, 3);
  assert.match(unknown.stderr, /program pipe not found\n\(Did you mean piped\?\)/);
});

test("passes output without a stream on to circusd's own, and with log_ring = 0 gives that", async (t) => {
  const folder = makeFolder(t);
  const bytes = Buffer.from('text\n\0\xff\n', 'latin1');
  writeFileSync(join(folder, 'bytes'), bytes);
  const say = `/bin/sh -c 'exec 3>&1; readlink /proc/$$/fd/3 > ${folder}/$0; cat ${folder}/bytes; exec sleep 600'`;
  const daemon = await startDaemon(
    t,
    `[watcher:read]
cmd = ${say} read
[watcher:inherited]
cmd = ${say} inherited
autostart = False
log_ring = 0`,
    { folder },
  );
  const own = readlinkSync(`/proc/${daemon.pid}/fd/1`);
  await until(
    'its output',
    () => daemon.program.stdout,
    (text) => text === 'text\n\0\ufffd\n',
  );
  await daemon.call('start', { name: 'inherited', waiting: true });
  const where = (name: string) => (): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim() : '';
  assert.equal(await until('inherited', where('inherited')), own);
  assert.notEqual(await until('read', where('read')), own);
});

test('is followed by a program in another language', async (t) => {
  if (!hasComponent(t, 'python3-zmq', isReadable('/usr/lib/python3/dist-packages/zmq'))) return;
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = /bin/sh -c 'echo one; echo two; exec sleep 600'
autostart = False
${ways(folder)['piped']}`,
    { folder },
  );
  const { endpoint } = await daemon.call('logs', { follow: true, lines: 0 });
  const reader = daemon.launch([
    python,
    'test/fixtures/log_reader.py',
    String(endpoint),
    'log.w.',
    '8',
  ]);
  await until(
    'it is subscribed',
    () => reader.stdout,
    (text) => text.startsWith('ready\n'),
  );
  await daemon.call('start', { name: 'w' });
  await reader.ended;
  assert.equal(reader.stdout, 'ready\none\ntwo\n');
});

test('a follower that stops reading costs bounded memory, delays nobody and learns of its gap', async (t) => {
  const folder = makeFolder(t);
  writeFileSync(
    join(folder, 'flood.mjs'),
    `import { writeSync } from 'node:fs';
const data = Buffer.alloc(64_000, 'x'.repeat(99) + '\\n');
const more = () => { for (let n = 0; n < 8; n += 1) writeSync(1, data); setTimeout(more, 20); };
more();`,
  );
  const daemon = await startDaemon(
    t,
    `[watcher:flood]
cmd = ${process.execPath} ${folder}/flood.mjs
${ways(folder)['piped']}
[watcher:calm]
cmd = ${writeCounter(folder)}`,
    { folder },
  );
  await daemon.running('flood', 1);
  const rss = (): number => {
    const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
    return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]);
  };
  const slow = follow(daemon, 'flood', '-n', '0', '--grep', 'nothing');
  const other = follow(daemon, 'calm', '-n', '1');
  await until('lines', () => messages(other.stdout).size > 0);
  // It has begun to follow when it says what is not recorded of stderr.
  await until(
    'it follows',
    () => slow.stderr,
    (text) => text.includes('recorded'),
  );
  slow.kill('SIGSTOP');
  const before = rss();
  const written = (): Promise<number> =>
    daemon
      .call('logs', { name: 'flood', lines: 0 })
      .then(({ sources }) => Number((sources as { position: number }[])[0]?.position));
  const begin = await written();
  const seen = messages(other.stdout);
  await until('much is written', written, (bytes) => bytes > begin + 100e6, 60_000);
  assert.ok(rss() - before < 80_000, `${before} kB became ${rss()} kB`);
  assert.ok(messages(other.stdout).size >= seen.size);
  slow.kill('SIGCONT');
  await until(
    'the gap',
    () => slow.stderr,
    (text) => /\d+ bytes of flood stdout are missing/.test(text),
    40_000,
  );
  assert.doesNotMatch(other.stderr, /missing/);
});
