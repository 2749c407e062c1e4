/** What circusd costs while it asks 200 watchers each second whether they are well. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, type RunningDaemon, readCpuMs, withDaemon } from '../daemon/index.ts';
import type { Benchmark, Row } from './benchmark.ts';

const watchers = 200;
const settlingMs = 3_000;
const pauseMs = 20;

export const probes: Benchmark = async ({ idleSeconds, nodeFlags }) => {
  let asked = 0;
  const server = createServer((_request, response) => {
    response.end('ok');
  });
  server.on('connection', () => {
    asked += 1;
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const targets = { tcp: `${port}`, http: `http://127.0.0.1:${port}/health`, exec: '/bin/true' };
  const rows: Row[] = [];
  try {
    for (const [kind, target] of Object.entries(targets)) {
      const sections = describeWatchers(kind, target);
      const count = (): number => asked;
      const measured = await withDaemon({ sections, nodeFlags }, (daemon) => {
        return watch(daemon, kind, { seconds: idleSeconds, count });
      });
      rows.push(...measured);
    }
  } finally {
    server.close();
  }
  return rows;
};

function describeWatchers(kind: string, target: string): string {
  const one = (at: number): string => `[watcher:w${at}]
cmd = /bin/sleep 1000000
liveness = ${kind}
liveness_target = ${target}
liveness_interval = 1`;
  return Array.from({ length: watchers }, (_, at) => one(at)).join('\n');
}

async function watch(
  daemon: RunningDaemon,
  kind: string,
  { seconds, count }: { seconds: number; count: () => number },
): Promise<Row[]> {
  await daemon.client.call('start', { waiting: true });
  await sleep(settlingMs);
  const [cpuMs, asked] = [readCpuMs(daemon.pid), count()];
  const begin = performance.now();
  await sleep(seconds * 1_000);
  const took = performance.now() - begin;
  const percent = ((readCpuMs(daemon.pid) - cpuMs) / took) * 100;
  const perSecond = ((count() - asked) / took) * 1_000;
  const times = await askOften(daemon, seconds * 1_000);
  const note = kind === 'exec' ? 'a process each' : `${perSecond.toFixed(0)} questions a second`;
  return [
    {
      what: `${watchers} watchers, ${kind} each second: processor`,
      value: percent,
      unit: '%',
      // A process is started for each question, which costs what processes cost.
      ...(kind === 'exec' ? {} : { target: 3 }),
      note: `of a core over ${seconds} s; ${note}`,
    },
    {
      what: `${watchers} watchers, ${kind} each second: control p99`,
      value: percentile(times, 99),
      unit: 'ms',
      target: 50,
      note: `${times.length} requests`,
    },
  ];
}

async function askOften({ client }: RunningDaemon, forMs: number): Promise<number[]> {
  const end = performance.now() + forMs;
  const times: number[] = [];
  while (performance.now() < end) {
    const begin = performance.now();
    await client.call('status');
    times.push(performance.now() - begin);
    await sleep(pauseMs);
  }
  return times;
}
