/** From the stop command until /proc has none of the workers any more. */
import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { median, type RunningDaemon } from '../daemon/index.ts';
import type { Benchmark } from './benchmark.ts';
import { listSleepers, startSleepers, stopSleepers, withSleepers } from './sleepers.ts';

export const stop: Benchmark = async (scale) => {
  const samples = await withSleepers(scale, async (daemon) => {
    const done: number[] = [];
    for (let round = 0; round < scale.rounds; round += 1) {
      await startSleepers(daemon);
      done.push(await measureStop(daemon));
    }
    return done;
  });
  return [
    { what: `stop ${scale.workers}`, value: median(samples), unit: 'ms', target: 2_000 },
    { what: `stop ${scale.workers}: slowest`, value: Math.max(...samples), unit: 'ms' },
  ];
};

async function measureStop(daemon: RunningDaemon): Promise<number> {
  const pids = await listSleepers(daemon);
  const begin = performance.now();
  const answer = stopSleepers(daemon);
  while (pids.length > 0) {
    const last = pids.at(-1);
    if (existsSync(`/proc/${last}`)) await nextTurn();
    else pids.pop();
  }
  const took = performance.now() - begin;
  await answer;
  return took;
}
