/** What circusd costs while nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readCpuMs, readCpuTicks, readPrivateMb } from '../daemon/index.ts';
import type { Benchmark } from './benchmark.ts';
import { startSleepers, withSleepers } from './sleepers.ts';

/** What came with the start, garbage collection above all, is over after so long. */
const settlingMs = 3_000;

/** What the kernel's ticks are, in milliseconds. */
const tickMs = 10;

export const idle: Benchmark = (scale) =>
  withSleepers(scale, async (daemon) => {
    await startSleepers(daemon);
    await sleep(settlingMs);
    const [ticks, cpuMs] = [readCpuTicks(daemon.pid), readCpuMs(daemon.pid)];
    await sleep(scale.idleSeconds * 1_000);
    const percentOfMs = 100 / (scale.idleSeconds * 1_000);
    const byTicks = (readCpuTicks(daemon.pid) - ticks) * tickMs * percentOfMs;
    return [
      {
        what: `idle with ${scale.workers}: processor`,
        value: (readCpuMs(daemon.pid) - cpuMs) * percentOfMs,
        unit: '%',
        target: 0.1,
        note: `of a core over ${scale.idleSeconds} s; ${byTicks.toFixed(3)} by utime + stime`,
      },
      {
        what: `idle with ${scale.workers}: private memory`,
        value: readPrivateMb(daemon.pid),
        unit: 'MB',
        note: 'Pss_Anon',
      },
    ];
  });
