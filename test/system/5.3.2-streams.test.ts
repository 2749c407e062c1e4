import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hasComponent, makeFolder, run, startDaemon } from './daemon.ts';
import { until } from './until.ts';

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** A program of the test, in the folder; words after it are its arguments. */
function script(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return `${process.execPath} ${path}`;
}

test('lets processes write to a plain FileStream themselves, both outputs to one file', async (t) => {
  const folder = makeFolder(t);
  const log = join(folder, 'x.log');
  await startDaemon(
    t,
    `[watcher:w]
cmd = /bin/sh -c 'readlink /proc/$$/fd/1; readlink /proc/$$/fd/2 >&2; exec sleep 600'
stdout_stream.filename = ${log}
stderr_stream.class = FileStream
stderr_stream.filename = ${log}`,
    { folder },
  );
  await until(
    'the lines',
    () => read(log),
    (text) => text === `${log}\n${log}\n`,
  );
});

test('has written the last line when the reap event comes, with a grandchild that holds the pipe', async (t) => {
  const folder = makeFolder(t);
  const log = join(folder, 'x.log');
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = /bin/sh -c 'sleep 600 & printf %060000d 1; echo last'
autostart = False
respawn = False
stdout_stream.filename = ${log}
stdout_stream.on_full = block`,
    { folder },
  );
  await daemon.call('start', { name: 'w' });
  await daemon.awaitEvent('w', 'reap');
  assert.match(read(log), /last\n$/);
  assert.equal(read(log).length, 60_005);
});

test('passes on what is no text, split characters and a line of 1 MB as they were written', async (t) => {
  const folder = makeFolder(t);
  const log = join(folder, 'x.log');
  const bytes = Buffer.concat([
    Buffer.from('\0\xff\xfe\n', 'latin1'),
    Buffer.from('€'.repeat(70_001)),
    Buffer.alloc(1_000_000, 'x'),
    Buffer.from('\nend without newline'),
  ]);
  writeFileSync(join(folder, 'bytes'), bytes);
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = cat ${folder}/bytes
autostart = False
respawn = False
stdout_stream.filename = ${log}
stdout_stream.on_full = block`,
    { folder },
  );
  await daemon.call('start', { name: 'w' });
  await daemon.awaitEvent('w', 'reap');
  assert.ok(readFileSync(log).equals(bytes));
});

test('holds a line without an end for a second', async (t) => {
  const folder = makeFolder(t);
  const log = join(folder, 'x.log');
  await startDaemon(
    t,
    `[watcher:w]
cmd = /bin/sh -c 'printf a; sleep 0.1; echo b; printf c; exec sleep 600'
stdout_stream.filename = ${log}
stdout_stream.time_format = %%`,
    { folder },
  );
  await until(
    'both lines',
    () => read(log),
    (text) => /^% \[\d+\] \| ab\n% \[\d+\] \| c\n$/.test(text),
  );
});

test('loses nothing of 10 processes in 100 rotations and more', async (t) => {
  const folder = makeFolder(t);
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const lines = 12_000;
  const writer = script(
    folder,
    'writer.mjs',
    `import { writeSync } from 'node:fs';
const wid = process.argv[2];
let text = '';
for (let n = 0; n < ${lines}; n += 1) text += (wid + ' ' + n + ' ').padEnd(99, 'x') + '\\n';
const data = Buffer.from(text);
for (let at = 0; at < data.length; ) at += writeSync(1, data, at, Math.min(5003, data.length - at));`,
  );
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = ${writer} $(circus.wid)
numprocesses = 10
autostart = False
respawn = False
stdout_stream.filename = ${logs}/x
stdout_stream.max_bytes = 100000
stdout_stream.backup_count = 1000`,
    { folder },
  );
  await daemon.call('start', { name: 'w' });
  await daemon.awaitEvent('w', 'stop');
  // The end of a process waits 50 ms for a slow disk; what is in its pipe then is written later.
  await until(
    'all is written',
    () => readdirSync(logs).reduce((sum, name) => sum + statSync(join(logs, name)).size, 0),
    (bytes) => bytes === 10 * lines * 100,
  );
  const names = readdirSync(logs).sort((a, b) => numberOf(b) - numberOf(a));
  assert.ok(names.length > 100, `${names.length} files`);
  const found = new Map<string, string[]>();
  for (const name of names) {
    for (const line of read(join(logs, name)).split('\n').slice(0, -1)) {
      const wid = line.slice(0, line.indexOf(' '));
      const own = found.get(wid) ?? [];
      found.set(wid, own);
      own.push(line);
    }
  }
  assert.equal(found.size, 10);
  for (const [wid, own] of found) {
    const wanted = Array.from({ length: lines }, (_, n) => `${wid} ${n} `.padEnd(99, 'x'));
    assert.equal(digest(own), digest(wanted), `process ${wid}: ${own.length} lines`);
  }
});

function numberOf(name: string): number {
  return Number(name.split('.')[1] ?? 0);
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

const counter = `import { writeSync } from 'node:fs';
let n = 0;
setInterval(() => writeSync(1, (n++ + ' ').padEnd(9999, 'x') + '\\n'), 2);`;

/** Mounts a disk of 2 MB; it is gone after `use`, whoever still writes to it. */
async function withSmallDisk(folder: string, use: () => Promise<void>): Promise<boolean> {
  const { code } = await run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
  if (code !== 0) return false;
  try {
    await use();
  } finally {
    await run(['umount', '-l', folder]);
  }
  return true;
}

test('outlives a full disk: others go on, the process waits, nothing is lost, and it resumes', async (t) => {
  const folder = makeFolder(t);
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  if (!hasComponent(t, 'root', process.getuid?.() === 0)) return;
  const isMounted = await withSmallDisk(disk, () => fillDisk(t, folder, disk));
  hasComponent(t, 'mount', isMounted);
});

async function fillDisk(t: TestContext, folder: string, disk: string): Promise<void> {
  const writer = script(folder, 'writer.mjs', counter);
  const daemon = await startDaemon(
    t,
    `[watcher:full]
cmd = ${writer}
stdout_stream.filename = ${disk}/x
stdout_stream.on_full = block
[watcher:other]
cmd = ${writer}
stdout_stream.filename = ${folder}/other
stdout_stream.on_full = block`,
    { folder },
  );
  const failed = await daemon.awaitEvent('full', 'stream_failed');
  assert.match(String(failed.payload['reason']), /ENOSPC/);
  const { trouble } = await daemon.call('status', { name: 'full' });
  assert.match(String(trouble), /ENOSPC/);
  const before = read(join(folder, 'other')).length;
  await until(
    'the other goes on',
    () => read(join(folder, 'other')).length,
    (size) => size > before,
  );
  const kept = readFileSync(join(disk, 'x'));
  writeFileSync(join(disk, 'x'), '');
  const begin = performance.now();
  await daemon.awaitEvent('full', 'stream_resumed');
  assert.ok(performance.now() - begin < 1_000);
  await daemon.call('stop', { name: 'full', waiting: true });
  const lines = (kept.toString() + read(join(disk, 'x'))).split('\n').slice(0, -1);
  for (const [place, line] of lines.entries()) assert.equal(Number.parseInt(line, 10), place);
}

test('bounds memory when its output is read slowly, and answers meanwhile', async (t) => {
  const folder = makeFolder(t);
  const writer = script(
    folder,
    'writer.mjs',
    `import { writeSync } from 'node:fs';
const data = Buffer.alloc(65536, 'x'.repeat(99) + '\\n');
for (;;) writeSync(1, data);`,
  );
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = ${writer}
numprocesses = 2
autostart = False
stdout_stream.class = StdoutStream`,
    { folder },
  );
  const rss = (): number => Number(/VmRSS:\s*(\d+)/.exec(read(`/proc/${daemon.pid}/status`))?.[1]);
  // Nobody reads it, and circusd is not to wait.
  daemon.program.pauseOutput();
  await daemon.call('start', { name: 'w' });
  await daemon.running('w', 2);
  const before = rss();
  for (let turn = 0; turn < 50; turn += 1) {
    const begin = performance.now();
    await daemon.call('list', { name: 'w' });
    assert.ok(performance.now() - begin < 1_000);
  }
  assert.ok(rss() - before < 40_000, `${before} kB became ${rss()} kB`);
  daemon.program.resumeOutput();
});

test('replaces a stream at run time without new processes, and reloads when there was none', async (t) => {
  const folder = makeFolder(t);
  const cmd = `/bin/sh -c 'while :; do echo line; sleep 0.05; done'`;
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = ${cmd}
stdout_stream.filename = ${folder}/a
stdout_stream.on_full = block
[watcher:none]
cmd = ${cmd}`,
    { folder },
  );
  const [pid] = await daemon.running('w', 1);
  await until('a line', () => read(join(folder, 'a')));
  await daemon.call('set', {
    name: 'w',
    options: { 'stdout_stream.filename': join(folder, 'b') },
    waiting: true,
  });
  await until('a line in the new file', () => read(join(folder, 'b')));
  assert.deepEqual(await daemon.pids('w'), [pid]);
  const [old] = await daemon.running('none', 1);
  const stdout_stream = { class: 'FileStream', filename: join(folder, 'c') };
  await daemon.call('set', { name: 'none', options: { stdout_stream }, waiting: true });
  await until('its first line', () => read(join(folder, 'c')));
  assert.notDeepEqual(await daemon.pids('none'), [old]);
});

test('opens renamed files again by command and by SIGUSR1', async (t) => {
  const folder = makeFolder(t);
  const log = join(folder, 'x');
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = /bin/sh -c 'while :; do echo line; sleep 0.02; done'
stdout_stream.filename = ${log}
stdout_stream.on_full = block
[watcher:plain]
cmd = sleep 600
stdout_stream.filename = ${log}.plain`,
    { folder },
  );
  await daemon.running('plain', 1);
  for (const tell of [() => daemon.call('reopenlogs'), () => daemon.program.kill('SIGUSR1')]) {
    await until('a line', () => read(log));
    renameSync(log, `${log}.1`);
    await until(
      'lines in the renamed file',
      () => read(`${log}.1`),
      (text) => text.length > 10,
    );
    await tell();
    await until('the new file', () => read(log));
    rmSync(`${log}.1`);
  }
  assert.deepEqual((await daemon.call('reopenlogs'))['direct'], [`${log}.plain`]);
});

test('waits for a directory that was removed while others go on', async (t) => {
  const folder = makeFolder(t);
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = /bin/sh -c 'while :; do echo line; sleep 0.02; done'
stdout_stream.filename = ${logs}/x
stdout_stream.on_full = block`,
    { folder },
  );
  await until('a line', () => read(join(logs, 'x')));
  rmSync(logs, { recursive: true });
  const { payload } = await daemon.awaitEvent('w', 'stream_failed');
  assert.match(String(payload['reason']), /ENOENT/);
  mkdirSync(logs);
  await daemon.awaitEvent('w', 'stream_resumed');
  assert.match(read(join(logs, 'x')), /^line\n/);
});

test('refuses a stream with a fault, with file, line and remedy', async (t) => {
  const folder = makeFolder(t);
  const file = join(folder, 'circus.ini');
  writeFileSync(
    file,
    '[watcher:w]\ncmd = x\nstdout_stream.class = FilStream\n[watcher:v]\ncmd = x\nstderr_stream.filename = f\nstderr_stream.max_byte = 1\n',
  );
  const { code, stderr } = await run([process.execPath, 'bin/circusd.js', '--check', file]);
  assert.equal(code, 1);
  assert.match(stderr, /circus\.ini:3: .*did you mean FileStream\?/);
  assert.match(stderr, /circus\.ini:7: .*did you mean max_bytes\?/);
});
