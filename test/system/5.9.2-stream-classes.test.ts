import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { type Daemon, makeFolder, python, run, startDaemon } from './daemon.ts';
import { commandLine, runningBelow } from './process-table.ts';
import { until } from './until.ts';

const lines = 20_000;

/**
 * Writes numbered lines, some of them no text, and a last one without an end. It waits after each
 * quarter for a file of that number, so that there is something to write after each death.
 */
const writer = `import { existsSync, writeSync } from 'node:fs';
for (let n = 0; n < ${lines}; n += 1) {
  const quarter = n / ${lines / 4};
  while (n > 0 && Number.isInteger(quarter) && !existsSync(import.meta.dirname + '/' + quarter)) {
    await new Promise((turn) => setTimeout(turn, 5));
  }
  writeSync(1, Buffer.from(n + ' \\xff\\0' + 'x'.repeat(n % 97) + '\\n', 'latin1'));
}
writeSync(1, 'end');
setInterval(() => undefined, 1e6);`;

/** Collects by appending, so that what it has answered for is there. */
const mine = `import { appendFileSync } from 'node:fs';
export class Mine {
  constructor(options) { this.file = options.file; console.log('7777777'); }
  write({ data, pid, name }) {
    if (typeof pid !== 'number' || name !== 'stdout') throw new Error('who?');
    appendFileSync(this.file, data);
  }
}`;

function read(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
}

function wanted(): Buffer {
  const text = Array.from({ length: lines }, (_, n) => `${n} \xff\0${'x'.repeat(n % 97)}\n`);
  return Buffer.from(`${text.join('')}end`, 'latin1');
}

function hostsOf(daemon: Daemon): number[] {
  const below = runningBelow(daemon.pid).filter(({ ppid }) => ppid === daemon.pid);
  return below.map(({ pid }) => pid).filter((pid) => /Mine|take\.py/.test(commandLine(pid)));
}

const classes: Readonly<Record<string, (folder: string) => string>> = {
  'a class in JavaScript': (folder) => {
    writeFileSync(join(folder, 'mine.mjs'), mine);
    return `stdout_stream.class = ${folder}/mine.mjs#Mine\nstdout_stream.file = ${folder}/taken`;
  },
  'a command in another language': (folder) => {
    const program = resolve('examples/streams/take.py');
    return `stdout_stream.class = exec:exec ${python} ${program} ${folder}/taken`;
  },
};

for (const [kind, linesOf] of Object.entries(classes)) {
  test(`${kind} gets every byte, in order, though it is killed again and again`, async (t) => {
    const folder = makeFolder(t);
    writeFileSync(join(folder, 'writer.mjs'), writer);
    const daemon = await startDaemon(
      t,
      `[watcher:w]
cmd = ${process.execPath} ${folder}/writer.mjs
autostart = False
${linesOf(folder)}`,
      { folder },
    );
    await daemon.call('start', { name: 'w' });
    const taken = join(folder, 'taken');
    for (const quarter of [1, 2, 3]) {
      const some = wanted().length * (quarter / 4 - 0.1);
      await until(
        'some is taken',
        () => read(taken).length,
        (bytes) => bytes > some,
      );
      const [host] = await until(
        'the host',
        () => hostsOf(daemon),
        ({ length }) => length === 1,
      );
      process.kill(Number(host), 'SIGKILL');
      writeFileSync(join(folder, String(quarter)), '');
    }
    const { payload } = await daemon.awaitEvent('w', 'stream_failed');
    assert.match(String(payload['reason']), /its stream host was ended by signal 9/);
    await daemon.awaitEvent('w', 'stream_resumed');
    await until(
      'all is taken',
      () => read(taken),
      (bytes) => bytes.subarray(-3).toString() === 'end',
    );
    // What was handled just before a death and not answered for comes once more.
    const seen = new Set<string>();
    const unique = read(taken)
      .toString('latin1')
      .split('\n')
      .filter((line) => {
        const isNew = !seen.has(line);
        seen.add(line);
        return isNew;
      });
    assert.equal(unique.join('\n'), wanted().toString('latin1'));
    await daemon.call('stop', { name: 'w', waiting: true });
    await until(
      'the host has ended',
      () => hostsOf(daemon),
      ({ length }) => length === 0,
    );
  });
}

test('has given all to a class when circusd ends, and leaves no host', async (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'mine.mjs'), mine);
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = /bin/sh -c 'trap "echo last; exit" TERM; echo first; while :; do sleep 0.05; done'
stdout_stream.class = ${folder}/mine.mjs#Mine
stdout_stream.file = ${folder}/taken`,
    { folder },
  );
  await until('the first line', () => read(join(folder, 'taken')).toString(), Boolean);
  await daemon.stop();
  assert.equal(read(join(folder, 'taken')).toString(), 'first\nlast\n');
});

test('shows a class that cannot be had: before the start, in status and in events', async (t) => {
  const folder = makeFolder(t);
  const file = join(folder, 'faulty.ini');
  writeFileSync(file, '[watcher:w]\ncmd = x\nstdout_stream.class = ./none.js#Mine\n');
  const { code, stderr } = await run([process.execPath, 'bin/circusd.js', '--check', file]);
  assert.equal(code, 1);
  assert.match(stderr, /faulty\.ini:3: .*there is no .*none\.js: write \.\/file\.js#Class/);
  writeFileSync(join(folder, 'mine.mjs'), mine);
  const daemon = await startDaemon(
    t,
    `[watcher:w]
cmd = /bin/sh -c 'echo line; exec sleep 600'
stdout_stream.class = ${folder}/mine.mjs#Other`,
    { folder },
  );
  const { payload } = await daemon.awaitEvent('w', 'stream_failed');
  assert.match(String(payload['reason']), /ended with exit code 1/);
  assert.match(String((await daemon.call('status', { name: 'w' }))['trouble']), /exit code 1/);
  await until(
    'why',
    () => daemon.log,
    (log) => log.includes('exports no class Other'),
  );
  // What waits goes to the class that is set.
  await daemon.call('set', {
    name: 'w',
    options: {
      stdout_stream: { class: `${folder}/mine.mjs#Mine`, file: `${folder}/taken` },
    },
  });
  await until(
    'the line',
    () => read(join(folder, 'taken')).toString(),
    (text) => text === 'line\n',
  );
  await daemon.awaitEvent('w', 'stream_resumed');
});
