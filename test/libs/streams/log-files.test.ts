import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatTime, LogFiles, queueLimitBytes } from '#libs/streams';
import { until } from '../../system/until.ts';
import { chunk, makeFolder, openStream } from './sinks.ts';

test('rotates between two lines, below max_bytes, and keeps backup_count files', async (t) => {
  const folder = makeFolder(t);
  const filename = join(folder, 'x');
  const { stream } = openStream({ filename, max_bytes: '30', backup_count: '2' });
  stream.write(chunk(Array.from({ length: 12 }, (_, number) => `line ${number}.\n`).join('')));
  await stream.close();
  assert.deepEqual(readdirSync(folder).sort(), ['x', 'x.1', 'x.2']);
  const files = ['x.2', 'x.1', 'x'].map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.ok(files.every(({ length }) => length < 30));
  assert.match(files.join(''), /^line 3\.\nline 4\.\n.*line 11\.\n$/s);
});

test('cuts a line that is longer than max_bytes', async (t) => {
  const folder = makeFolder(t);
  const { stream } = openStream({
    filename: join(folder, 'x'),
    max_bytes: '11',
    backup_count: '9',
  });
  stream.write(chunk('0123456789'.repeat(3)));
  await stream.close();
  const parts = ['x.2', 'x.1', 'x'].map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.deepEqual(parts, Array(3).fill('0123456789'));
});

test('rotates by the clock and names files by the begin of their time', async (t) => {
  const folder = makeFolder(t);
  const filename = join(folder, 'x');
  let now = Date.UTC(2026, 10, 24, 10, 0, 0);
  const texts = {
    class: 'TimedRotatingFileStream',
    filename,
    rotate_when: 'm',
    rotate_interval: '2',
    utc: 'true',
    backup_count: '2',
  };
  const { stream } = openStream(texts, { now: () => now });
  for (const text of ['a', 'b', 'c', 'd']) {
    stream.write(chunk(`${text}\n`));
    await stream.flushed();
    now += 120_000;
  }
  await stream.close();
  assert.deepEqual(readdirSync(folder).sort(), ['x', 'x.202611241002', 'x.202611241004']);
  assert.equal(readFileSync(`${filename}.202611241004`, 'utf8'), 'c\n');
});

test('counts the interval from when the file was last written', async (t) => {
  const folder = makeFolder(t);
  const filename = join(folder, 'x');
  writeFileSync(filename, 'old\n');
  const written = Date.UTC(2026, 10, 22, 23, 30) / 1_000;
  utimesSync(filename, written, written);
  const now = () => Date.UTC(2026, 10, 24, 10);
  const texts = { class: 'TimedRotatingFileStream', filename, rotate_when: 'MIDNIGHT', utc: 'on' };
  const { stream } = openStream(texts, { now });
  stream.write(chunk('new\n'));
  await stream.close();
  assert.equal(readFileSync(`${filename}.20261122`, 'utf8'), 'old\n');
  assert.equal(readFileSync(filename, 'utf8'), 'new\n');
});

test('follows a renamed file: watched at once, others when told', async (t) => {
  const folder = makeFolder(t);
  for (const name of ['WatchedFileStream', 'FileStream']) {
    const filename = join(folder, name);
    const { stream } = openStream({ class: name, filename, on_full: 'block' });
    stream.write(chunk('one\n'));
    await stream.flushed();
    renameSync(filename, `${filename}.old`);
    if (name === 'FileStream') {
      stream.write(chunk('still\n'));
      await stream.flushed();
      stream.reopen();
    }
    stream.write(chunk('two\n'));
    await stream.close();
    assert.equal(readFileSync(filename, 'utf8'), 'two\n');
    assert.equal(
      readFileSync(`${filename}.old`, 'utf8'),
      name === 'FileStream' ? 'one\nstill\n' : 'one\n',
    );
  }
});

test('waits for a directory that was removed, and loses nothing', async (t) => {
  const folder = join(makeFolder(t), 'logs');
  mkdirSync(folder);
  const filename = join(folder, 'x');
  const { stream, reports } = openStream({ filename, time_format: '%%' });
  stream.write(chunk('one\n'));
  await stream.flushed();
  rmSync(folder, { recursive: true });
  stream.write(chunk('two\n'));
  await until('a report', () => reports.length, Boolean);
  assert.match(String(stream.trouble), /cannot be written: ENOENT/);
  mkdirSync(folder);
  await stream.flushed();
  assert.equal(readFileSync(filename, 'utf8'), '% [7] | two\n');
  assert.deepEqual(reports.slice(1), ['resumed: 0']);
  assert.equal(stream.trouble, null);
  await stream.close();
});

test('two streams of one file lose no line in its rotation', async (t) => {
  const folder = makeFolder(t);
  const texts = { filename: join(folder, 'x'), max_bytes: '1000', backup_count: '500' };
  const files = new LogFiles();
  const { stream: first } = openStream(texts, { files });
  const { stream: second } = openStream(texts, { files });
  for (let number = 0; number < 2_000; number += 1) {
    first.write(chunk(`a${number}\n`));
    second.write(chunk(`b${number}\n`));
  }
  await Promise.all([first.close(), second.close()]);
  const text = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  assert.equal(text.split('\n').length - 1, 4_000);
  assert.equal(new Set(text.split('\n')).size - 1, 4_000);
});

test('drops with on_full = drop when nothing is taken, counts it, and tells when it is over', async () => {
  const { stream, reports, plan } = openStream({ class: 'StdoutStream', on_full: 'drop' });
  let isOpen = false;
  const write = async (data: Buffer): Promise<number> => {
    if (isOpen) return data.length;
    throw Object.assign(new Error('busy'), { code: 'EAGAIN' });
  };
  stream.replace({ ...plan, sink: { name: 'slow', write, close: async () => undefined } }, 'drop');
  const block = Buffer.alloc(1 << 20);
  for (let number = 0; number < 10; number += 1) stream.write({ data: block, pid: 1, wid: 1 });
  assert.ok(stream.waiting <= queueLimitBytes + block.length);
  assert.equal(stream.isFull, false);
  isOpen = true;
  await stream.flushed();
  assert.deepEqual(reports, [
    'failed: slow takes too little; output is dropped',
    `resumed: ${6 << 20}`,
  ]);
});

test('writes times in the forms of strftime', () => {
  const time = Date.UTC(2026, 0, 5, 13, 4, 9, 87);
  const text = formatTime('%F %T.%f %a %B %I%p %j %z %% %Q', time, { utc: true });
  assert.equal(text, '2026-01-05 13:04:09.087000 Mon January 01PM 005 +0000 % %Q');
});
