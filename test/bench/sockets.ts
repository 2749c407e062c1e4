/**
 * What it costs that circusd holds the socket: four workers that it runs, and four of the same
 * program that have inherited theirs from a parent of a few lines. They take turns under the same load.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, type RunningDaemon, readCpuMs, withDaemon } from '../daemon/index.ts';
import { Clients } from '../load/clients.ts';
import type { Benchmark } from './benchmark.ts';

const workers = 4;
const atOnce = 32;
const roundMs = 2_000;
/** Clients of Node take a while to be as fast as they will be. */
const warmUpMs = 1_000;

const python = '/usr/bin/python3';
const answer = resolve('test/fixtures/answer.py');

const section = `[watcher:web]
cmd = ${python} ${answer} $(circus.sockets.web)
use_sockets = True
numprocesses = ${workers}
[socket:web]
host = 127.0.0.1
port = 0
`;

/** What one round has shown. */
interface Round {
  readonly perSecond: number;
  /** circusd's processor time, in percent of a core. */
  readonly cpuPercent: number;
}

export const sockets: Benchmark = ({ rounds, nodeFlags }) =>
  withDaemon({ sections: section, nodeFlags }, (daemon) =>
    withParent(async (otherPort) => {
      const port = await portOf(daemon);
      for (const one of [port, otherPort]) await measure(one, daemon, warmUpMs);
      const held: Round[] = [];
      const inherited: Round[] = [];
      for (let round = 0; round < rounds; round += 1) {
        // Whoever is first in a pair has no advantage over all rounds.
        const isHeldFirst = round % 2 === 0;
        if (isHeldFirst) held.push(await measure(port, daemon));
        inherited.push(await measure(otherPort, daemon));
        if (!isHeldFirst) held.push(await measure(port, daemon));
      }
      const [ours, others] = [held, inherited].map((all) =>
        median(all.map(({ perSecond }) => perSecond)),
      );
      const requests = `medians of ${rounds} rounds of ${roundMs / 1000} s: ${ours?.toFixed(0)} and ${others?.toFixed(0)} requests a second`;
      return [
        {
          what: 'sockets: throughput with circusd',
          // Within a pair: how busy the machine is changes from one to the next.
          value: median(
            held.map(({ perSecond }, at) => perSecond / (inherited[at]?.perSecond ?? Number.NaN)),
          ),
          unit: 'x',
          atLeast: 0.98,
          note: requests,
        },
        {
          what: 'sockets: processor of circusd',
          value: held.reduce((sum, { cpuPercent }) => sum + cpuPercent, 0) / rounds,
          unit: '%',
          target: 0.5,
          note: 'of a core, mean of all these rounds',
        },
      ];
    }),
  );

async function measure(port: number, daemon: RunningDaemon, forMs = roundMs): Promise<Round> {
  const clients = new Clients(port, atOnce);
  const [begin, cpuMs] = [performance.now(), readCpuMs(daemon.pid)];
  await sleep(forMs);
  const [seconds, answered] = [(performance.now() - begin) / 1_000, clients.answered];
  const cpuPercent = (readCpuMs(daemon.pid) - cpuMs) / (seconds * 10);
  await clients.end();
  if (clients.failures.length > 0) throw new Error(JSON.stringify(clients.countByCode()));
  return { perSecond: answered / seconds, cpuPercent };
}

async function portOf({ client }: RunningDaemon): Promise<number> {
  const { sockets: rows } = await client.call('listsockets');
  const [socket] = rows as unknown as { port: number }[];
  return socket?.port ?? 0;
}

/** Calls `use` with the port of workers that nobody supervises. They end with the parent's input. */
async function withParent<T>(use: (port: number) => Promise<T>): Promise<T> {
  const words = [resolve('test/fixtures/parent.py'), String(workers), python, answer, 'FD'];
  const parent = spawn(python, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    return await use(await readPort(parent));
  } finally {
    const ended = parent.exitCode === null ? once(parent, 'exit') : undefined;
    parent.stdin?.end();
    await ended;
  }
}

async function readPort({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error('no output');
  for await (const line of createInterface(stdout)) return Number(line);
  throw new Error('the parent of the workers has ended');
}
