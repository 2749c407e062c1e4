/**
 * What statistics cost: circusd-stats and circusd with a subscriber and without, from a hundred to three
 * thousand processes, and beside them a program of Python that does the original's work.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventSubscriber } from '#libs/client';
import { findFreePorts, type RunningDaemon, readCpuMs, withDaemon } from '../daemon/index.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { sleeper } from './sleepers.ts';

const watchers = 20;

/** Besides the `--workers` of the command line. */
const sizes = [100, 300, 2_000, 3_000];

/** What came with the start and with the first pass is over after so long. Milliseconds. */
const settlingMs = 4_000;

/** What 0.19's collector does for each process in each second, with its processes kept, and sent. */
const originalWork = `
import json, sys, time
import psutil, zmq
publisher = zmq.Context().socket(zmq.PUB)
publisher.bind(sys.argv[1])
processes = [psutil.Process(int(pid)) for pid in sys.stdin.read().split()]
while True:
    start = time.monotonic()
    for process in processes:
        memory = process.memory_info()
        times = process.cpu_times()
        info = {
            "mem_info1": memory.rss, "mem_info2": memory.vms,
            "cpu": process.cpu_percent(interval=0), "mem": process.memory_percent(),
            "ctime": times.user + times.system, "pid": process.pid,
            "username": process.username(), "nice": process.nice(),
            "create_time": process.create_time(), "age": time.time() - process.create_time(),
            "cmdline": process.cmdline()[0], "children": [],
        }
        publisher.send_multipart([b"stat.web.%d" % process.pid, json.dumps(info).encode()])
    print(time.process_time(), flush=True)
    time.sleep(max(0, 1 - (time.monotonic() - start)))
`;

/** Processor time in percent of a core. */
interface Cost {
  readonly stats: number;
  readonly circusd: number;
  /** Messages a second that the subscriber has got. */
  readonly messages: number;
}

export const stats: Benchmark = async ({ workers, idleSeconds, nodeFlags }) => {
  const seconds = Math.max(5, idleSeconds / 3);
  const rows: Row[] = [];
  const points: [count: number, percent: number][] = [];
  for (const count of [...sizes, workers].sort((a, b) => a - b)) {
    const isMain = count === workers;
    const [port = 0, originalPort = 0] = await findFreePorts(2);
    const endpoint = `tcp://127.0.0.1:${port}`;
    const circus = `stats_endpoint = ${endpoint}`;
    await withDaemon({ sections: sectionsFor(count), circus, nodeFlags }, async (daemon) => {
      const pids = await startAll(daemon, count);
      if (isMain) rows.push(...quietRows(count, await measure(daemon, seconds), seconds));
      const subscriber = new EventSubscriber(endpoint, ['stat.']);
      const cost = await measure(daemon, seconds, subscriber);
      subscriber.close();
      points.push([count, cost.stats]);
      const original = isMain ? await measureOriginal(pids, originalPort, seconds) : undefined;
      rows.push(...busyRows(count, cost, original, seconds));
    });
  }
  return [...rows, slopeRow(points)];
};

function sectionsFor(count: number): string {
  const names = Array.from({ length: watchers }, (_, at) => `w${at}`);
  return names
    .map(
      (name) => `[watcher:${name}]\ncmd = ${sleeper.join(' ')}\nnumprocesses = ${count / watchers}`,
    )
    .join('\n');
}

async function startAll({ client }: RunningDaemon, count: number): Promise<number[]> {
  await client.call('start', { waiting: true });
  const { infos } = await client.call('stats');
  const all = Object.entries(infos as Record<string, object>);
  const pids = all
    .filter(([name]) => name !== 'circusd-stats')
    .flatMap(([, of]) => Object.keys(of));
  if (pids.length !== count) throw new Error(`${pids.length} of ${count} processes run`);
  return pids.map(Number);
}

async function measure(
  daemon: RunningDaemon,
  seconds: number,
  subscriber?: EventSubscriber,
): Promise<Cost> {
  const { pids } = await daemon.client.call('list', { name: 'circusd-stats' });
  const [statsPid = 0] = pids as number[];
  let messages = 0;
  if (subscriber !== undefined) {
    void (async () => {
      for await (const _ of subscriber) messages += 1;
    })();
  }
  await sleep(settlingMs);
  messages = 0;
  const [stats = 0, circusd = 0] = await shareOf([statsPid, daemon.pid], seconds);
  return { stats, circusd, messages: Math.round(messages / seconds) };
}

/**
 * Percent of a core with a pass a second. After the other and not beside it, so that neither waits for
 * the other's turn.
 */
async function measureOriginal(
  pids: readonly number[],
  port: number,
  seconds: number,
): Promise<number> {
  const address = `tcp://127.0.0.1:${port}`;
  const child = spawn('/usr/bin/python3', ['-c', originalWork, address], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(pids.join(' '));
  // After each pass it tells the processor time that it has used so far, in seconds.
  const lines = createInterface({ input: child.stdout });
  const used: number[] = [];
  lines.on('line', (line) => used.push(Number(line)));
  try {
    await sleep(settlingMs);
    used.length = 0;
    await sleep(seconds * 1_000);
    return (((used.at(-1) ?? Number.NaN) - (used[0] ?? Number.NaN)) / (used.length - 1)) * 100;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Processor time of processes, in percent of a core. */
async function shareOf(pids: readonly number[], seconds: number): Promise<number[]> {
  const before = pids.map(readCpuMs);
  const start = performance.now();
  await sleep(seconds * 1_000);
  const percentOfMs = 100 / (performance.now() - start);
  return pids.map((pid, at) => (readCpuMs(pid) - (before[at] ?? 0)) * percentOfMs);
}

function quietRows(count: number, { stats, circusd }: Cost, seconds: number): Row[] {
  const note = `of a core over ${seconds} s`;
  return [
    {
      what: `stats of ${count}, nobody subscribed: circusd-stats`,
      value: stats,
      unit: '%',
      target: 0.2,
      note,
    },
    { what: `stats of ${count}, nobody subscribed: circusd`, value: circusd, unit: '%', note },
  ];
}

function busyRows(
  count: number,
  { stats, circusd, messages }: Cost,
  original: number | undefined,
  seconds: number,
): Row[] {
  const isMain = original !== undefined;
  const note = `of a core over ${seconds} s; ${messages} messages a second`;
  const rows: Row[] = [
    {
      what: `stats of ${count}: circusd-stats`,
      value: stats,
      unit: '%',
      note,
      ...(isMain ? { target: 6 } : {}),
    },
  ];
  if (!isMain) return rows;
  return [
    ...rows,
    { what: `stats of ${count}: circusd`, value: circusd, unit: '%', target: 0.5 },
    {
      what: `stats of ${count}: psutil, the original's work`,
      value: original,
      unit: '%',
      note: 'right after, a pass a second, without reading events',
    },
  ];
}

/** The line with the smallest squares of distances, by how much a thousand processes more cost. */
function slopeRow(points: readonly (readonly [count: number, percent: number])[]): Row {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middleX, middleY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = points.map(([x]) => (x - middleX) ** 2);
  const slope = mean(points.map(([x, y]) => (x - middleX) * (y - middleY))) / mean(spread);
  const furthest = Math.max(
    ...points.map(([x, y]) => Math.abs(y - middleY - slope * (x - middleX))),
  );
  const note = `no size is further than ${furthest.toFixed(2)} % from the straight line`;
  return { what: 'stats: each thousand processes more', value: slope * 1_000, unit: '%', note };
}
