/** The state of circusd as OpenMetrics text, made at each scrape. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { WatcherRow } from './console-state.ts';
import type { Mirror } from './mirror.ts';

const perWatcher: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (row: WatcherRow) => number | null;
}[] = [
  {
    name: 'circus_watcher_processes',
    help: 'Live processes of the watcher.',
    value: ({ alive }) => alive,
  },
  {
    name: 'circus_watcher_processes_wanted',
    help: 'Processes that the watcher should have.',
    value: ({ wanted }) => wanted,
  },
  {
    name: 'circus_watcher_processes_ready',
    help: 'Processes that have said they are ready; absent without readiness.',
    value: ({ ready }) => ready,
  },
  {
    name: 'circus_watcher_active',
    help: '1 while the watcher is active, else 0.',
    value: ({ status }) => (status === 'active' ? 1 : 0),
  },
  {
    name: 'circus_watcher_cpu_percent',
    help: 'Processor use of all its processes, percent of a core.',
    value: ({ cpu }) => cpu,
  },
  {
    name: 'circus_watcher_resident_memory_bytes',
    help: 'Resident memory of all its processes.',
    value: ({ rss }) => rss,
  },
];

/** OpenMetrics 1.0. */
export async function metricsText(mirror: Mirror): Promise<string> {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  const { daemon } = mirror;
  new Gauge({ name: 'circus_up', help: '1 while circusd answers, else 0.', registers }).set(
    daemon.link === 'up' ? 1 : 0,
  );
  new Gauge({
    name: 'circus_info',
    help: 'The version of circusd.',
    labelNames: ['version'],
    registers,
  }).set({ version: daemon.version ?? 'unknown' }, 1);
  const watchers = mirror.watchers();
  for (const { name, help, value } of perWatcher) {
    const gauge = new Gauge({ name, help, labelNames: ['watcher'], registers });
    for (const row of watchers) {
      const known = value(row);
      if (known !== null) gauge.set({ watcher: row.name }, known);
    }
  }
  const restarts = new Counter({
    name: 'circus_watcher_restarts',
    help: 'Processes that ended without being told to.',
    labelNames: ['watcher'],
    registers,
  });
  for (const row of watchers) restarts.inc({ watcher: row.name }, row.restarts);
  return await registry.metrics();
}
