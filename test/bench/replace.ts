/** From SIGKILL to a worker until its replacement is alive, with all others running. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EventStream,
  isRunning,
  median,
  percentile,
  type RunningDaemon,
} from '../daemon/index.ts';
import type { Benchmark, Scale } from './benchmark.ts';
import { listSleepers, startSleepers, withSleepers } from './sleepers.ts';

/** A worker that has lived so long is replaced at once, whatever was before. */
const minLifeMs = 1_100;

export const replace: Benchmark = async (scale) => {
  const samples = await withSleepers(scale, async (daemon) => {
    await startSleepers(daemon);
    await sleep(minLifeMs);
    return await measureAll(daemon, scale);
  });
  return [
    { what: 'kill to replacement: median', value: median(samples), unit: 'ms', target: 10 },
    { what: 'kill to replacement: p99', value: percentile(samples, 99), unit: 'ms', target: 50 },
  ];
};

async function measureAll(daemon: RunningDaemon, { kills }: Scale): Promise<number[]> {
  const victims = await listSleepers(daemon);
  const events = await daemon.openEvents();
  const samples: number[] = [];
  while (samples.length < kills && victims.length > 0) {
    const at = Math.floor(Math.random() * victims.length);
    const [victim] = victims.splice(at, 1);
    samples.push(await measureOne(Number(victim), events));
  }
  await events.return();
  return samples;
}

async function measureOne(victim: number, events: EventStream): Promise<number> {
  const begin = performance.now();
  process.kill(victim, 'SIGKILL');
  for (;;) {
    const { value } = await events.next();
    if (value === undefined) throw new Error('the event channel has ended');
    if (!value.topic.endsWith('.spawn')) continue;
    if (isRunning(Number(value.payload['process_pid']))) return performance.now() - begin;
    throw new Error(`no process ${value.payload['process_pid']} after its spawn event`);
  }
}
