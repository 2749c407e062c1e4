/**
 * What circusd costs, in figures. A busy machine makes them worse: compare ratios, repeat, and take
 * the better ones.
 *
 *     npm run bench                           everything
 *     npm run bench -- start stop             only these
 *     npm run bench -- --json idle            for programs
 *     npm run bench -- sockets --rounds 21    more rounds, steadier medians
 *     npm run bench -- start --node=--cpu-prof   flags of node for circusd
 */
import { cpus, loadavg, release } from 'node:os';
import { parseArgs } from 'node:util';
import type { Benchmark, Row, Scale } from './benchmark.ts';
import { circusctl } from './circusctl.ts';
import { consolePage } from './console.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { logs } from './logs.ts';
import { loop } from './loop.ts';
import { plugins } from './plugins.ts';
import { isMet, printTable } from './print-table.ts';
import { probes } from './probes.ts';
import { replace } from './replace.ts';
import { sockets } from './sockets.ts';
import { start } from './start.ts';
import { stats } from './stats.ts';
import { stop } from './stop.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  start,
  stop,
  replace,
  idle,
  latency,
  loop,
  circusctl,
  sockets,
  logs,
  plugins,
  probes,
  stats,
  console: consolePage,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    kills: { type: 'string', default: '200' },
    idle: { type: 'string', default: '30' },
    node: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});

const scale: Scale = {
  workers: Number(values.workers),
  rounds: Number(values.rounds),
  kills: Number(values.kills),
  idleSeconds: Number(values.idle),
  nodeFlags: values.node,
};

const rows: Row[] = [];
for (const [name, measure] of choose(positionals)) {
  if (!values.json) process.stderr.write(`${name}...\n`);
  rows.push(...(await measure(scale)));
}
if (values.json) process.stdout.write(`${JSON.stringify({ machine: describeMachine(), rows })}\n`);
else process.stdout.write(`${Object.values(describeMachine()).join(', ')}\n${printTable(rows)}\n`);
process.exitCode = rows.every(isMet) ? 0 : 1;

function choose(names: readonly string[]): [string, Benchmark][] {
  const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
  if (unknown.length > 0) {
    const known = Object.keys(benchmarks).join(', ');
    throw new Error(`there is no benchmark ${unknown.join(', ')}; there are ${known}`);
  }
  return Object.entries(benchmarks).filter(([name]) => names.length === 0 || names.includes(name));
}

function describeMachine(): Record<string, string> {
  return {
    processors: `${cpus().length} processors`,
    node: `node ${process.version}`,
    kernel: `Linux ${release()}`,
    load: `load ${loadavg()[0]?.toFixed(2)}`,
  };
}
