/**
 * One process that writes 1 GB in lines of 100 bytes: to a file by itself, through circusd, and through
 * supervisord; and what becomes of circusd meanwhile.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, percentile, type RunningDaemon, withDaemon } from '../daemon/index.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { type LoopDelays, LoopProbe } from './loop-probe.ts';
import { hasSupervisord, writeBelowSupervisord } from './supervisord.ts';

const megabytes = 1_000;

/** How often circusd is asked something meanwhile, in milliseconds. */
const askEveryMs = 5;

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

/** One way in one round. */
interface Run {
  readonly ms: number;
  readonly delays: LoopDelays;
  /** How long each request took. */
  readonly answers: readonly number[];
}

export const logs: Benchmark = async ({ rounds, nodeFlags }) => {
  const folder = mkdtempSync(join(tmpdir(), 'circus-bench-'));
  try {
    const script = join(folder, 'writer.mjs');
    writeFileSync(script, program);
    const probe = new LoopProbe(folder);
    const sections = Object.entries(ways).map(
      ([name, lines]) => `[watcher:${name}]
cmd = ${process.execPath} ${script}
autostart = False
respawn = False
stdout_stream.filename = ${join(folder, name)}
${lines}`,
    );
    const flags = [...nodeFlags, ...probe.nodeFlags];
    return await withDaemon({ sections: sections.join('\n'), nodeFlags: flags }, async (daemon) => {
      const alone: number[] = [];
      const supervised: number[] = [];
      const runs = new Map<string, Run[]>(Object.keys(ways).map((name) => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        alone.push(await writeAlone(script, join(folder, 'alone')));
        if (hasSupervisord()) supervised.push(await writeBelowSupervisord(folder, script));
        for (const [name, done] of runs) {
          done.push(await writeThrough(daemon, name, probe));
          rmSync(join(folder, name), { force: true });
        }
      }
      return [
        ...reportSupervised(supervised),
        ...[...runs].flatMap(([name, done]) => report(name, done, { alone, supervised })),
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function speedOf(ms: number): string {
  return `${Math.round((megabytes / ms) * 1_000)} MB/s`;
}

function reportSupervised(times: readonly number[]): Row[] {
  const what = `logs: supervisord with rotation, ${megabytes} MB`;
  if (times.length === 0) return [{ what, value: undefined, unit: 'ms', note: 'not installed' }];
  return [{ what, value: median(times), unit: 'ms', note: speedOf(median(times)) }];
}

function report(
  name: string,
  runs: readonly Run[],
  others: { readonly alone: readonly number[]; readonly supervised: readonly number[] },
): Row[] {
  const ms = median(runs.map((run) => run.ms));
  const ratioTo = (times: readonly number[]): number =>
    median(runs.map((run, round) => run.ms / (times[round] ?? Number.NaN)));
  const rows: Row[] = [
    { what: `logs: ${name}, ${megabytes} MB`, value: ms, unit: 'ms', note: speedOf(ms) },
    {
      what: `logs: ${name} / the program by itself`,
      value: ratioTo(others.alone),
      unit: 'x',
      ...(name === 'plain' ? { target: 1 / 0.95 } : {}),
    },
  ];
  if (name === 'plain') return rows;
  const targets: Readonly<Record<string, number>> = { rotation: 1, time_format: 1 / 0.8 };
  const target = targets[name];
  if (others.supervised.length > 0) {
    rows.push({
      what: `logs: ${name} / supervisord with rotation`,
      value: ratioTo(others.supervised),
      unit: 'x',
      ...(target === undefined ? {} : { target }),
    });
  }
  const answers = runs.flatMap((run) => run.answers);
  const delays = runs.map((run) => run.delays.p99);
  return [
    ...rows,
    { what: `logs: ${name}, event loop p99`, value: median(delays), unit: 'ms', target: 20 },
    { what: `logs: ${name}, status p99`, value: percentile(answers, 99), unit: 'ms', target: 50 },
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
async function writeThrough(daemon: RunningDaemon, name: string, probe: LoopProbe): Promise<Run> {
  const { client } = daemon;
  const { newest: since } = await client.call('events', { since: Number.MAX_SAFE_INTEGER });
  await probe.read(daemon);
  await client.call('start', { name });
  const answers: number[] = [];
  for (;;) {
    const begin = performance.now();
    await client.call('status');
    answers.push(performance.now() - begin);
    const { events } = await client.call('events', { since: Number(since), name });
    const times = (events as readonly { topic: string; time: number }[]).flatMap(
      ({ topic, time }) => (/\.(spawn|reap)$/.test(topic) ? time : []),
    );
    const [spawned, reaped] = times;
    if (spawned !== undefined && reaped !== undefined) {
      return { ms: (reaped - spawned) * 1_000, delays: await probe.read(daemon), answers };
    }
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}
