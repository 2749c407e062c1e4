/** FullStats: what each watcher's processes use, told to statsd (protocol 5.3). */
import type { PluginContext } from '#libs/plugin';
import { isJsonObject } from '#libs/protocol';
import { type Figures, readFigures } from '../figures.ts';
import { Observer, observerOptions } from '../observer.ts';

/** Gauges `_stats.<watcher>.<figure>`; plugins are left out. */
export class FullStats extends Observer<typeof observerOptions> {
  static readonly classPath = 'circus.plugins.statsd.FullStats';
  static readonly summary =
    'Tells statsd what the processes of each watcher use: gauges `_stats.<watcher>.` with `watchers_num`, `cpu_max`, `cpu_sum`, `mem_pct_max`, `mem_pct_sum`, `mem_max` and `mem_sum`, the last two in bytes.';
  static override readonly options = observerOptions;

  constructor(context: PluginContext) {
    super(context, observerOptions);
  }

  override async look_after(): Promise<void> {
    const { infos } = await this.call('stats');
    if (!isJsonObject(infos)) {
      this.metrics.increment('_stats.error');
      return;
    }
    for (const [watcher, info] of Object.entries(infos)) {
      if (!watcher.startsWith('plugin:')) this.#tell(watcher, readFigures(info));
    }
  }

  #tell(watcher: string, processes: readonly Figures[]): void {
    const gauge = (figure: string, value: number): void =>
      this.metrics.gauge(`_stats.${watcher}.${figure}`, value);
    gauge('watchers_num', processes.length);
    const kinds = { cpu: 'cpu', mem_pct: 'memory', mem: 'memoryBytes' } as const;
    for (const [name, key] of Object.entries(kinds)) {
      const values = processes.map((process) => process[key]).filter((value) => value !== null);
      if (values.length === 0) continue;
      gauge(`${name}_max`, Math.max(...values));
      gauge(
        `${name}_sum`,
        values.reduce((sum, value) => sum + value, 0),
      );
    }
  }
}
