/** From the start command to all workers up, beside bare loops over the same program. */
import { median, type RunningDaemon, readCpuMs } from '../daemon/index.ts';
import type { Benchmark, Row, Scale } from './benchmark.ts';
import { compileCLoop } from './c-loop.ts';
import { runNodeLoop } from './node-loop.ts';
import { sleeper, startSleepers, stopSleepers, withSleepers } from './sleepers.ts';

interface Round {
  readonly circusd: number;
  /** Processor time that circusd took for it. */
  readonly cpu: number;
  readonly node: number;
  readonly c: number | undefined;
}

export const start: Benchmark = async (scale) => {
  const cLoop = compileCLoop();
  try {
    const rounds = await withSleepers(scale, async (daemon) => {
      const done: Round[] = [];
      for (let round = 0; round < scale.rounds; round += 1) {
        const c = cLoop?.run(scale.workers, sleeper);
        const before = readCpuMs(daemon.pid);
        const circusd = await measureStart(daemon, scale);
        const cpu = readCpuMs(daemon.pid) - before;
        await stopSleepers(daemon);
        done.push({ c, circusd, cpu, node: await runNodeLoop(scale.workers, sleeper) });
      }
      return done;
    });
    return report(rounds, scale);
  } finally {
    cLoop?.remove();
  }
};

/** Until the last worker's spawn event is here. */
async function measureStart(daemon: RunningDaemon, { workers }: Scale): Promise<number> {
  const events = await daemon.openEvents();
  const begin = performance.now();
  const answer = startSleepers(daemon);
  let spawned = 0;
  for await (const { topic } of events) {
    if (topic.endsWith('.spawn')) spawned += 1;
    if (spawned === workers) break;
  }
  const took = performance.now() - begin;
  await answer;
  return took;
}

function report(rounds: readonly Round[], { workers }: Scale): Row[] {
  const circusd = median(rounds.map((round) => round.circusd));
  const node = median(rounds.map((round) => round.node));
  const ratios = rounds.flatMap(({ c, circusd: ours }) => (c === undefined ? [] : ours / c));
  const hasC = ratios.length > 0;
  const note = hasC ? {} : { note: 'skipped: there is no cc' };
  const c = hasC ? median(rounds.map((round) => round.c ?? Number.NaN)) : undefined;
  return [
    { what: `start ${workers}: circusd`, value: circusd, unit: 'ms' },
    {
      what: `start ${workers}: processor time of circusd`,
      value: median(rounds.map(({ cpu }) => cpu)),
      unit: 'ms',
    },
    { what: `start ${workers}: posix_spawn in C`, value: c, unit: 'ms', ...note },
    { what: `start ${workers}: node:child_process`, value: node, unit: 'ms' },
    {
      what: 'start: circusd / C',
      value: hasC ? median(ratios) : undefined,
      unit: 'x',
      target: 2,
      ...note,
    },
    {
      what: 'start: circusd / node:child_process',
      value: median(rounds.map((round) => round.circusd / round.node)),
      unit: 'x',
    },
  ];
}
