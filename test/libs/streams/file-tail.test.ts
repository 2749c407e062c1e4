import assert from 'node:assert/strict';
import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FileTail, readFileEnd } from '#libs/streams';
import { makeFolder } from './sinks.ts';

interface Followed {
  readonly path: string;
  readonly tail: FileTail;
  text(): string;
  skipped(): number;
}

async function follow(t: TestContext, before: string): Promise<Followed> {
  const path = join(makeFolder(t), 'x.log');
  writeFileSync(path, before);
  let text = '';
  let skipped = 0;
  const tail = new FileTail(
    {
      path,
      onData: (data) => {
        text += data.toString();
      },
      onSkipped: (bytes) => {
        skipped += bytes;
      },
      held: () => [],
    },
    { fromHeld: false },
  );
  t.after(() => tail.close());
  await tail.started();
  return { path, tail, text: () => text, skipped: () => skipped };
}

async function shows({ text }: Followed, wanted: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (text() !== wanted && performance.now() < end) await delay(10);
  assert.equal(text(), wanted);
}

test('begins behind the last whole line, and gives those before it once', async (t) => {
  const file = await follow(t, 'one\ntwo\nthr');
  const before = await file.tail.readLast(10, 1_000);
  assert.equal(Buffer.concat(before).toString(), 'one\ntwo\n');
  assert.equal(Buffer.concat(await file.tail.readLast(1, 1_000)).toString(), 'two\n');
  appendFileSync(file.path, 'ee\nfour\n');
  await shows(file, 'three\nfour\n');
});

test('goes on with the file that takes the place of a renamed one, after the end of that', async (t) => {
  const file = await follow(t, 'old\n');
  appendFileSync(file.path, 'a\n');
  renameSync(file.path, `${file.path}.1`);
  appendFileSync(`${file.path}.1`, 'b\n');
  writeFileSync(file.path, 'c\n');
  await shows(file, 'a\nb\nc\n');
});

test('begins anew in a file that was truncated, as by copytruncate', async (t) => {
  const file = await follow(t, 'old\n'.repeat(100));
  appendFileSync(file.path, 'a\n');
  await shows(file, 'a\n');
  truncateSync(file.path);
  await delay(250);
  appendFileSync(file.path, 'b\n');
  await shows(file, 'a\nb\n');
});

test('passes on a part of a line when the rest does not come', async (t) => {
  const file = await follow(t, '');
  appendFileSync(file.path, 'prompt> ');
  await shows(file, 'prompt> ');
  appendFileSync(file.path, 'yes\n');
  await shows(file, 'prompt> yes\n');
});

test('goes on at the end, and says so, when too much has come at once', async (t) => {
  const file = await follow(t, '');
  const line = `${'x'.repeat(99)}\n`;
  appendFileSync(file.path, line.repeat(200_000));
  appendFileSync(file.path, 'last\n');
  const end = performance.now() + 10_000;
  while (!file.text().endsWith('last\n') && performance.now() < end) await delay(10);
  assert.ok(file.skipped() > 0);
  assert.equal(file.skipped() + file.text().length, 200_000 * 100 + 5);
});

test('reads the last lines of a file that nobody follows, and nothing of one that is not there', async (t) => {
  const path = join(makeFolder(t), 'x');
  assert.equal((await readFileEnd(path, 5, 1_000)).toString(), '');
  writeFileSync(path, `${'x'.repeat(2_000)}\na\nb\nc`);
  assert.equal((await readFileEnd(path, 2, 1_000)).toString(), 'b\nc');
  assert.equal((await readFileEnd(path, 9, 1_000)).toString(), 'a\nb\nc');
});
