/** The longest time for which circusd's event loop is kept from everything else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, type RunningDaemon, waitUntil, withDaemon } from '../daemon/index.ts';
import type { Benchmark, Row, Scale } from './benchmark.ts';
import { LoopProbe } from './loop-probe.ts';
import { listSleepers, sleeper } from './sleepers.ts';

/** Watchers of one worker each, beside the one of many. */
const smallWatchers = 100;

export const loop: Benchmark = async (scale) => {
  const folder = mkdtempSync(join(tmpdir(), 'circus-bench-'));
  const probe = new LoopProbe(folder);
  const nodeFlags = [...scale.nodeFlags, ...probe.nodeFlags];
  try {
    return await withDaemon({ sections: sections(scale), nodeFlags }, (daemon) =>
      measure(daemon, probe, scale),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

async function measure(daemon: RunningDaemon, probe: LoopProbe, scale: Scale): Promise<Row[]> {
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
      await probe.read(daemon);
      await work();
      samples[index]?.push((await probe.read(daemon)).max);
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
