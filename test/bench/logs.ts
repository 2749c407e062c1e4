/** One process that writes 300 MB in lines of 100 bytes: to a file by itself, and through circusd. */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type RunningDaemon, withDaemon } from '../daemon/index.ts';
import type { Benchmark, Row } from './benchmark.ts';

const megabytes = 300;

/** Writes as a program with a buffer of its own does: 64 kB at a time. */
const program = `import { writeSync } from 'node:fs';
const data = Buffer.alloc(64_000, 'x'.repeat(99) + '\\n');
for (let left = ${megabytes * 1e6}; left > 0; ) left -= writeSync(1, data, 0, Math.min(data.length, left));`;

/** Lines of the watcher for each way that is measured. */
const ways: Readonly<Record<string, string>> = {
  plain: '',
  piped: 'stdout_stream.on_full = block',
  rotation: 'stdout_stream.max_bytes = 10000000\nstdout_stream.backup_count = 5',
  time_format: 'stdout_stream.time_format = %Y-%m-%d %H:%M:%S',
};

export const logs: Benchmark = async ({ rounds, nodeFlags }) => {
  const folder = mkdtempSync(join(tmpdir(), 'circus-bench-'));
  try {
    const script = join(folder, 'writer.mjs');
    writeFileSync(script, program);
    const sections = Object.entries(ways).map(
      ([name, lines]) => `[watcher:${name}]
cmd = ${process.execPath} ${script}
autostart = False
respawn = False
stdout_stream.filename = ${join(folder, name)}
${lines}`,
    );
    return await withDaemon({ sections: sections.join('\n'), nodeFlags }, async (daemon) => {
      const alone: number[] = [];
      const took = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        alone.push(await writeAlone(script, join(folder, 'alone')));
        for (const [name, times] of took) times.push(await writeThrough(daemon, name));
      }
      return [...took].flatMap(([name, times]) => report(name, times, alone));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function report(name: string, times: readonly number[], alone: readonly number[]): Row[] {
  const ms = median(times);
  const note = `${Math.round((megabytes / ms) * 1_000)} MB/s`;
  const ratio = median(times.map((time, round) => time / (alone[round] ?? Number.NaN)));
  return [
    { what: `logs: ${name}, ${megabytes} MB`, value: ms, unit: 'ms', note },
    {
      what: `logs: ${name} / the program by itself`,
      value: ratio,
      unit: 'x',
      ...(name === 'plain' ? { target: 1 / 0.95 } : {}),
    },
  ];
}

/** From its start to its end. */
async function writeAlone(script: string, file: string): Promise<number> {
  const fd = openSync(file, 'w');
  const begin = performance.now();
  const child = spawn(process.execPath, [script], { stdio: ['ignore', fd, 'inherit'] });
  try {
    await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
    return performance.now() - begin;
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}

/** From its spawn event to its reap event: by then all is written. */
async function writeThrough({ client }: RunningDaemon, name: string): Promise<number> {
  const { newest: since } = await client.call('events', { since: Number.MAX_SAFE_INTEGER });
  await client.call('start', { name });
  for (;;) {
    const { events } = await client.call('events', { since: Number(since), name });
    const times = (events as readonly { topic: string; time: number }[]).flatMap(
      ({ topic, time }) => (/\.(spawn|reap)$/.test(topic) ? time : []),
    );
    const [spawned, reaped] = times;
    if (spawned !== undefined && reaped !== undefined) return (reaped - spawned) * 1_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
