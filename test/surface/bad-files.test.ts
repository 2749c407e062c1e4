/** Files that nobody means: each is refused with its place, and what runs goes on. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configText, makeFolder, startDaemon } from '../system/daemon.ts';

const good = '[watcher:one]\ncmd = sleep 600\nnumprocesses = 2\n';
const tenMegabytes = 10 * 1024 * 1024;

/** What the file has after the good part, and how it is refused. */
const bad: readonly [title: string, text: string | Uint8Array, refusal: RegExp][] = [
  [
    'half-written',
    '[watcher:two]\ncmd = sleep 600\n[watcher:thr',
    /:\d+: \[watcher:thr: is no section/,
  ],
  ['a NUL byte', 'cmd = \0\n', /:\d+: has a NUL byte/],
  ['no UTF-8', Uint8Array.from([0x61, 0x3d, 0xe9, 0x0a]), /:\d+: is not UTF-8/],
  ['huge numbers', 'max_age = 99999999999999999999\n', /:\d+: \[watcher:one\] max_age = 9+: /],
  [
    'itself',
    '[circus]\ninclude = circus.ini\n',
    /:\d+: \[circus\] include = circus.ini: .* includes/,
  ],
  [
    '10 MB of lines',
    'no option\n'.repeat(tenMegabytes / 10),
    /no option: is neither[\s\S]* and \d+ more$/,
  ],
  ['10 MB in a line', 'x'.repeat(tenMegabytes), /:\d+: \[watcher:one\] x+\.\.\.: is neither/],
  ['10 MB of watchers', `${watchers(90_000)}[watcher:last]\nnumprocesses = -1\n`, /too low/],
];

function watchers(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `watcher number ${index}`);
  return names
    .map((name) => `[watcher:${name}]\ncmd = sleep 600\n${'y'.repeat(60)} = z\n`)
    .join('');
}

test('reloadconfig refuses bad files with the place and leaves what runs', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(t, good, { folder, listens: false });
  const before = await daemon.running('one', 2);
  for (const [title, text, refusal] of bad) {
    const file = Buffer.concat([
      Buffer.from(configText(folder, good).trimEnd()),
      Buffer.from('\n'),
      Buffer.from(text),
    ]);
    writeFileSync(join(folder, 'circus.ini'), file);
    await assert.rejects(daemon.call('reloadconfig', { waiting: true }, 120_000), refusal, title);
    assert.deepEqual(await daemon.pids('one'), before, title);
    assert.deepEqual((await daemon.call('list'))['watchers'], ['one'], title);
  }
});
