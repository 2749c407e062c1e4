/** What becomes of output while its disk is full, read-only or gone, with each policy. */
import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '#libs/protocol';
import { type Daemon, hasComponent, makeFolder, run, startDaemon } from './daemon.ts';
import { until } from './until.ts';

/** A line of 10 kB with its number, each millisecond. */
const counter = `import { writeSync } from 'node:fs';
let n = 0;
setInterval(() => writeSync(1, (n++ + ' ').padEnd(9999, 'x') + '\\n'), 1);`;

interface Fault {
  /** In the reason of the event. */
  readonly code: string;
  /** Lasts until `end`; gives a descriptor of what was written before, where it is taken along. */
  begin(disk: string): Promise<number | undefined>;
  end(disk: string): Promise<void>;
  /** Whether it is there before the daemon. */
  readonly isFirst?: true;
}

async function mount(...words: string[]): Promise<boolean> {
  return (await run(['mount', ...words])).code === 0;
}

const faults: Readonly<Record<string, Fault>> = {
  'a full disk': {
    code: 'ENOSPC',
    begin: async () => undefined,
    end: async (disk) => void (await mount('-o', 'remount,size=200m', disk)),
  },
  'a disk that is read-only': {
    code: 'EROFS',
    isFirst: true,
    begin: async (disk) => {
      await mount('-o', 'remount,ro', disk);
      return undefined;
    },
    end: async (disk) => void (await mount('-o', 'remount,rw,size=200m', disk)),
  },
  'a directory that was removed': {
    code: 'ENOENT',
    begin: async (disk) => {
      const log = join(disk, 'logs', 'x');
      await until('a line', () => existsSync(log) && readFileSync(log).length > 10_000);
      const fd = openSync(log, 'r');
      rmSync(join(disk, 'logs'), { recursive: true });
      return fd;
    },
    end: async (disk) => {
      await mount('-o', 'remount,size=200m', disk);
      mkdirSync(join(disk, 'logs'));
    },
  },
};

async function positionOf(daemon: Daemon, name: string): Promise<number> {
  const { sources } = await daemon.call('logs', { name, lines: 0, stream: 'stdout' });
  return Number((sources as JsonObject[])[0]?.['position']);
}

async function droppedOf(daemon: Daemon): Promise<number> {
  const { dropped } = await daemon.call('stats', { name: 'w' });
  return Number((dropped as JsonObject | undefined)?.['w'] ?? 0);
}

for (const [what, fault] of Object.entries(faults)) {
  for (const policy of ['block', 'drop'] as const) {
    test(`${what}, ${policy}: others go on, an event says so, and it resumes within a second`, async (t) => {
      if (!hasComponent(t, 'root', process.getuid?.() === 0)) return;
      const disk = join(makeFolder(t), 'disk');
      mkdirSync(disk);
      const isMounted = await mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk);
      if (!hasComponent(t, 'mount', isMounted)) return;
      try {
        mkdirSync(join(disk, 'logs'));
        await endure(t, disk, { fault, policy });
      } finally {
        await run(['umount', '-l', disk]);
      }
    });
  }
}

async function endure(
  t: TestContext,
  disk: string,
  { fault, policy }: { fault: Fault; policy: 'block' | 'drop' },
): Promise<void> {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'counter.mjs'), counter);
  if (fault.isFirst) await fault.begin(disk);
  const watcher = (name: string, file: string): string => `[watcher:${name}]
cmd = ${process.execPath} ${folder}/counter.mjs
stdout_stream.filename = ${file}
stdout_stream.on_full = ${policy}`;
  const log = join(disk, 'logs', 'x');
  const text = `${watcher('w', log)}\n${watcher('other', join(folder, 'other'))}`;
  const daemon = await startDaemon(t, text, { folder });
  const removed = fault.isFirst ? undefined : await fault.begin(disk);
  const failed = await daemon.awaitEvent('w', 'stream_failed');
  const before = removed === undefined ? '' : readFileSync(removed, 'utf8');
  if (removed !== undefined) closeSync(removed);
  assert.match(String(failed.payload['reason']), new RegExp(fault.code));
  assert.match(
    String((await daemon.call('status', { name: 'w' }))['trouble']),
    /cannot be written/,
  );
  const others = await positionOf(daemon, 'other');
  await until(
    'the other goes on',
    () => positionOf(daemon, 'other'),
    (now) => now > others,
  );
  if (policy === 'drop') await until('output is dropped', () => droppedOf(daemon));
  else {
    // 4 MB in circusd, then the pipe: from there on the process waits.
    await until('the process waits', async () => {
      const first = await positionOf(daemon, 'w');
      await new Promise((resolve) => setTimeout(resolve, 200));
      return first > 4e6 && first === (await positionOf(daemon, 'w'));
    });
  }
  const begin = performance.now();
  await fault.end(disk);
  const { payload } = await daemon.awaitEvent('w', 'stream_resumed');
  assert.ok(performance.now() - begin < 1_000, `resumed after ${performance.now() - begin} ms`);
  await daemon.call('stop', { name: 'w', waiting: true });
  const dropped = await droppedOf(daemon);
  assert.equal(dropped > 0, policy === 'drop');
  assert.ok(Number(payload['dropped']) <= dropped);
  await until('all is written', async () => (await positionOf(daemon, 'w')) === dropped + sizeOf());
  function sizeOf(): number {
    return readFileSync(log).length + before.length;
  }
  const lines = `${before}${readFileSync(log)}`.split('\n').slice(0, -1);
  const numbers = lines.map((line) => Number.parseInt(line, 10));
  assert.ok(
    lines.every((line) => line.length === 9_999),
    'whole lines',
  );
  const missing = Number(numbers.at(-1)) + 1 - numbers.length;
  assert.equal(missing * 10_000, dropped);
}
