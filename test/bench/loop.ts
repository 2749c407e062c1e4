/** The longest time for which circusd's event loop is kept from everything else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, type RunningDaemon, waitUntil, withDaemon } from '../daemon/index.ts';
import type { Benchmark, Row, Scale } from './benchmark.ts';
import { listSleepers, sleeper } from './sleepers.ts';

/** Watchers of one worker each, beside the one of many. */
const smallWatchers = 100;

/** Runs inside circusd, in front of it: SIGWINCH writes the longest delay and begins anew. */
const probe = `
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { renameSync, writeFileSync } = require('node:fs');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGWINCH', () => {
  const file = __filename + '.max';
  writeFileSync(file + '.new', String(delay.max / 1e6));
  renameSync(file + '.new', file);
  delay.reset();
});`;

export const loop: Benchmark = async (scale) => {
  const folder = mkdtempSync(join(tmpdir(), 'circus-bench-'));
  const file = join(folder, 'probe.cjs');
  writeFileSync(file, probe);
  const nodeFlags = [...scale.nodeFlags, '--require', file];
  try {
    return await withDaemon({ sections: sections(scale), nodeFlags }, (daemon) =>
      measure(daemon, file, scale),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

async function measure(daemon: RunningDaemon, file: string, scale: Scale): Promise<Row[]> {
  const { client } = daemon;
  const all = Array.from({ length: smallWatchers }, (_, index) => `small${index}`);
  const works: Readonly<Record<string, () => Promise<unknown>>> = {
    [`start ${scale.workers}`]: () => client.call('start', { name: 'sleepers', waiting: true }),
    'two seconds of rest': () => sleep(2_000),
    'status, list, numprocesses': () => askAll(daemon),
    [`options of ${smallWatchers} watchers`]: () =>
      Promise.all(all.map((name) => client.call('options', { name }))),
    'all die at once': () => killAll(daemon, scale),
    'reload, gracefully': () => client.call('reload', { name: 'sleepers', waiting: true }),
    [`stop ${scale.workers}`]: () => client.call('stop', { name: 'sleepers', waiting: true }),
  };
  const samples = Object.keys(works).map((): number[] => []);
  for (let round = 0; round < scale.rounds; round += 1) {
    for (const [index, work] of Object.values(works).entries()) {
      await readLongest(daemon, file);
      await work();
      samples[index]?.push(await readLongest(daemon, file));
    }
  }
  return Object.keys(works).map((what, index) => ({
    what: `event loop held: ${what}`,
    value: median(samples[index] ?? []),
    unit: 'ms',
    note: `at most ${Math.max(...(samples[index] ?? [])).toFixed(1)} ms`,
  }));
}

async function askAll({ client }: RunningDaemon): Promise<void> {
  for (let time = 0; time < 50; time += 1) {
    await client.call('status');
    await client.call('list', { name: 'sleepers' });
    await client.call('numprocesses');
  }
}

/** SIGKILL to every worker; resolves when all are replaced. */
async function killAll(daemon: RunningDaemon, { workers }: Scale): Promise<void> {
  // Those that live shorter are backed off.
  await sleep(1_100);
  const victims = await listSleepers(daemon);
  for (const pid of victims) process.kill(pid, 'SIGKILL');
  let replaced = 0;
  const look = async (): Promise<boolean> => {
    const pids = new Set(await listSleepers(daemon));
    replaced = victims.some((pid) => pids.has(pid)) ? 0 : pids.size;
    return replaced === workers;
  };
  await waitUntil(look, { withinMs: 20_000 }, () => `${replaced} of ${workers} are replaced`);
}

function sections({ workers }: Scale): string {
  const small = Array.from({ length: smallWatchers }, (_, index) => {
    return `[watcher:small${index}]\ncmd = ${sleeper.join(' ')}`;
  });
  const big = `[watcher:sleepers]
cmd = ${sleeper.join(' ')}
numprocesses = ${workers}
autostart = False`;
  return [big, ...small].join('\n\n');
}

/** The longest delay since the last call, in milliseconds. */
async function readLongest(daemon: RunningDaemon, file: string): Promise<number> {
  rmSync(`${file}.max`, { force: true });
  process.kill(daemon.pid, 'SIGWINCH');
  let longest = Number.NaN;
  const read = (): boolean => {
    try {
      longest = Number(readFileSync(`${file}.max`, 'utf8'));
      return true;
    } catch {
      return false;
    }
  };
  await waitUntil(read, { withinMs: 5_000, everyMs: 2 }, () => 'circusd has written no delay');
  return longest;
}
