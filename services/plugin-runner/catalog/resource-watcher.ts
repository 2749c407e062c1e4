/** ResourceWatcher: restarts a watcher whose processes use too much or too little (protocol 5.3). */
import {
  boolean,
  defineOptions,
  integer,
  number,
  type OptionKind,
  signal,
  string,
} from '#libs/options';
import { type PluginContext, PluginOptionsError } from '#libs/plugin';
import { type Figures, parseBytes, readFigures } from '../figures.ts';
import { Observer, observerOptions } from '../observer.ts';
import {
  findExceeded,
  type MemoryLimit,
  type ResourceLimits,
  Strikes,
} from '../resource-limits.ts';

/** Percent, or an amount with a unit; kept as it was written. */
const memory: OptionKind<string> = {
  ...string,
  name: 'memory',
  form: 'a percentage such as 90, or an amount such as 200M',
  parse: (text) => (readMemory(text) === undefined ? undefined : text),
};

function readMemory(text: string): MemoryLimit | undefined {
  const percent = Number(text);
  if (text.trim() !== '' && Number.isFinite(percent)) return { percent };
  const bytes = parseBytes(text);
  return bytes === undefined ? undefined : { bytes };
}

const options = defineOptions([
  ...observerOptions,
  {
    name: 'watcher',
    kind: string,
    default: null,
    doc: 'The watcher to look at. Has to be given.',
    manual: '-',
  },
  { name: 'service', kind: string, default: null, doc: 'An old name of `watcher`.', manual: '-' },
  {
    name: 'max_cpu',
    kind: number,
    default: 90,
    unit: 'percent',
    doc: 'The most that one process may use of a core.',
    manual: '-',
  },
  {
    name: 'min_cpu',
    kind: number,
    default: null,
    unit: 'percent',
    doc: 'One process may not use as little of a core as this.',
    manual: '-',
  },
  {
    name: 'max_mem',
    kind: memory,
    default: '90',
    doc: "The most memory of one process: percent of the machine's, or an amount such as 200M.",
    manual: '-',
  },
  {
    name: 'min_mem',
    kind: memory,
    default: null,
    doc: 'One process may not use less memory than this.',
    manual: '-',
  },
  {
    name: 'health_threshold',
    kind: number,
    default: 75,
    unit: 'percent',
    doc: 'The most that the mean of the highest CPU and the highest memory may be.',
    manual: '-',
  },
  {
    name: 'max_count',
    kind: integer,
    default: 3,
    unit: 'times',
    minimum: 0,
    doc: 'How often in a row a limit may be passed.',
    manual: '-',
  },
  {
    name: 'process_children',
    kind: boolean,
    default: false,
    doc: 'Judge each child of the processes alone, and signal it instead of restarting the watcher.',
    manual: '-',
  },
  {
    name: 'child_signal',
    kind: signal,
    default: 15,
    doc: 'The signal that such a child gets.',
    manual: '-',
  },
]);

/** Counts `_resource_watcher.<watcher>.<test>` in statsd each time that a limit is passed. */
export class ResourceWatcher extends Observer<typeof options> {
  static readonly classPath = 'circus.plugins.resource_watcher.ResourceWatcher';
  static readonly summary =
    'Restarts a watcher whose processes use too much, or too little, several times in a row. Counters `_resource_watcher.<watcher>.` with `over_cpu`, `under_cpu`, `over_memory`, `under_memory`, `over_health` and `restarting`.';
  static override readonly options = options;
  readonly #watcher: string;
  readonly #limits: ResourceLimits;
  readonly #own = new Strikes();
  #ofChildren = new Map<number, Strikes>();

  constructor(context: PluginContext) {
    super(context, options);
    const { watcher, service, max_cpu, min_cpu, max_mem, min_mem, health_threshold } = this.values;
    const name = watcher ?? service;
    if (name === null) throw new PluginOptionsError('watcher is not given: write watcher = NAME');
    this.#watcher = name;
    this.#limits = {
      maxCpu: max_cpu,
      minCpu: min_cpu,
      maxMemory: readMemory(max_mem) ?? { percent: 90 },
      minMemory: min_mem === null ? null : (readMemory(min_mem) ?? null),
      health: health_threshold,
    };
  }

  override async look_after(): Promise<void> {
    const { info } = await this.call('stats', { name: this.#watcher });
    if (info === undefined) {
      this.#count('error');
      return;
    }
    const processes = readFigures(info);
    if (this.values.process_children) this.#judgeChildren(processes);
    else this.#judge(processes);
  }

  #judge(processes: readonly Figures[]): void {
    if (!this.#isOut(this.#own, processes)) return;
    this.#count('restarting');
    this.log.warn(`${this.#watcher} is restarted: it has passed its limits too often`);
    this.cast('restart', { name: this.#watcher });
  }

  #judgeChildren(processes: readonly Figures[]): void {
    const before = this.#ofChildren;
    this.#ofChildren = new Map();
    for (const { pid, children } of processes) {
      for (const child of children) {
        const strikes = before.get(child.pid) ?? new Strikes();
        this.#ofChildren.set(child.pid, strikes);
        if (this.#isOut(strikes, [child])) this.#signalChild(pid, child.pid);
      }
    }
  }

  #signalChild(pid: number, childpid: number): void {
    const signum = this.values.child_signal;
    this.log.warn(`child ${childpid} of ${this.#watcher} process ${pid} gets signal ${signum}`);
    this.cast('signal', { name: this.#watcher, pid, childpid, signum });
  }

  #isOut(strikes: Strikes, processes: readonly Figures[]): boolean {
    const exceeded = findExceeded(processes, this.#limits);
    for (const test of exceeded) this.#count(test);
    return strikes.add(exceeded, this.values.max_count);
  }

  #count(what: string): void {
    this.metrics.increment(`_resource_watcher.${this.#watcher}.${what}`);
  }
}
