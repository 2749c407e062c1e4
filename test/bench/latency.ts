/** How long `status` takes while all workers are being started and stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CircusClient } from '#libs/client';
import { percentile } from '../daemon/index.ts';
import type { Benchmark } from './benchmark.ts';
import { startSleepers, stopSleepers, withSleepers } from './sleepers.ts';

const pauseMs = 2;

export const latency: Benchmark = async (scale) => {
  const samples = await withSleepers(scale, async (daemon) => {
    const done: number[] = [];
    for (let round = 0; round < scale.rounds; round += 1) {
      done.push(...(await askDuring(daemon.endpoint, () => startSleepers(daemon))));
      done.push(...(await askDuring(daemon.endpoint, () => stopSleepers(daemon))));
    }
    return done;
  });
  const note = `${samples.length} requests`;
  return [
    { what: 'status under load: p50', value: percentile(samples, 50), unit: 'ms', note },
    { what: 'status under load: p99', value: percentile(samples, 99), unit: 'ms', target: 50 },
    { what: 'status under load: slowest', value: Math.max(...samples), unit: 'ms' },
  ];
};

/** Milliseconds of each request that was sent while `work` was under way. */
async function askDuring(endpoint: string, work: () => Promise<void>): Promise<number[]> {
  const client = new CircusClient(endpoint);
  const samples: number[] = [];
  try {
    await client.call('status');
    let isOver = false;
    const end = work().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const begin = performance.now();
      await client.call('status');
      samples.push(performance.now() - begin);
      await sleep(pauseMs);
    }
    await end;
    return samples;
  } finally {
    client.close();
  }
}
