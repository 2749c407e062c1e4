/** One watcher as circushttpd knows it: its row, its processes, and what its events say. */
import { type Json, type JsonObject, topicName } from '#libs/protocol';
import type { ProcessChanges, ProcessRow, Sample, WatcherRow } from './console-state.ts';
import { lastExit } from './event-text.ts';
import { isSameRow, processRow, sumOf } from './figures.ts';
import { Course } from './history.ts';
import { newWatcher } from './new-watcher.ts';

/** How far back charts go, in seconds: of the watcher, and of each process. */
const keptS = 86_400;
const keptOfProcessS = 3600;

export class WatcherMirror {
  readonly #processes = new Map<number, ProcessRow>();
  readonly #course = new Course(keptS);
  /** Of live processes only. */
  readonly #courses = new Map<number, Course>();
  /** Processes that circusd told to end: their death is no crash. */
  readonly #told = new Set<number>();
  /** Pids of rows that are new, changed or gone since somebody took the changes. */
  readonly #dirty = new Set<number>();
  readonly #onChange: () => void;
  #row: WatcherRow;

  /** `onChange`: the row is another one now. */
  constructor(name: string, onChange: () => void) {
    this.#row = newWatcher(name);
    this.#onChange = onChange;
  }

  get row(): WatcherRow {
    return this.#row;
  }

  /** As topics spell the name. */
  get topicName(): string {
    return topicName(this.#row.name);
  }

  /** The live processes, by wid. */
  get processes(): readonly ProcessRow[] {
    const rows = [...this.#processes.values()];
    return rows.sort((one, other) => (one.wid ?? one.pid) - (other.wid ?? other.pid));
  }

  /**
   * Whether processes were told to end and have not been seen to: a lowered count, an age, a graceful
   * reload end them without a `reap`.
   */
  get isInDoubt(): boolean {
    return this.#told.size > 0;
  }

  has(pid: number): boolean {
    return this.#processes.has(pid);
  }

  /** Which processes have changed since the last call; undefined when none has. */
  takeProcessChanges(): ProcessChanges | undefined {
    if (this.#dirty.size === 0) return undefined;
    const pids = [...this.#dirty];
    this.#dirty.clear();
    return {
      isWhole: false,
      rows: pids.map((pid) => this.#processes.get(pid)).filter((row) => row !== undefined),
      gone: pids.filter((pid) => !this.#processes.has(pid)),
    };
  }

  /** Sets facts of the row; those that are so already change nothing. */
  set(facts: Partial<WatcherRow>): void {
    const known = new Map<string, unknown>(Object.entries(this.#row));
    if (Object.entries(facts).every(([key, value]) => known.get(key) === value)) return;
    this.#row = { ...this.#row, ...facts };
    this.#onChange();
  }

  /** The pids that it has now: those not among them are gone, new ones are described later. */
  setPids(pids: Iterable<number>): void {
    const live = new Set(pids);
    for (const pid of live) if (!this.#processes.has(pid)) this.describe(pid, {});
    for (const pid of this.#processes.keys()) if (!live.has(pid)) this.#drop(pid);
    for (const pid of this.#told) if (!live.has(pid)) this.#told.delete(pid);
    this.sumUp();
  }

  /** A description of a process; what is not in it stays as it was. */
  describe(pid: number, info: JsonObject): void {
    const before = this.#processes.get(pid);
    const row = processRow(pid, info, before);
    if (before !== undefined && isSameRow(before, row)) return;
    this.#processes.set(pid, row);
    this.#dirty.add(pid);
  }

  /** Makes the row's figures those of its processes. */
  sumUp(): void {
    const rows = [...this.#processes.values()];
    this.set({
      alive: rows.length,
      cpu: sumOf(rows.map(({ cpu }) => cpu)),
      rss: sumOf(rows.map(({ rss }) => rss)),
    });
  }

  /** Adds the figures of this moment to the charts. */
  record(): void {
    const now = Date.now() / 1000;
    this.#course.add([now, this.#row.cpu, this.#row.rss]);
    for (const { pid, cpu, rss } of this.#processes.values()) {
      const course = this.#courses.get(pid) ?? new Course(keptOfProcessS);
      this.#courses.set(pid, course);
      course.add([now, cpu, rss]);
    }
  }

  /** The last `seconds` of the watcher, or of one of its processes. */
  last(seconds: number, pid?: number): readonly Sample[] {
    const course = pid === undefined ? this.#course : this.#courses.get(pid);
    return course?.last(seconds, Date.now() / 1000) ?? [];
  }

  /** What an event says of it. */
  apply(event: string, time: number, payload: JsonObject): void {
    const pid = Number(payload['process_pid']);
    switch (event) {
      case 'spawn':
        this.#begin(pid, time, payload['wid'] ?? null);
        break;
      case 'reap':
        this.#end(pid, time, payload);
        break;
      case 'kill':
        this.#told.add(pid);
        break;
      case 'start':
        this.set({ since: time });
        break;
      case 'stop':
        for (const gone of this.#processes.keys()) this.#drop(gone);
        this.#told.clear();
        this.set({ since: null, reload: null });
        break;
      case 'reload_started':
        this.set({ reload: { kind: String(payload['kind']), since: time, replaced: 0 } });
        break;
      case 'reload':
      case 'reload_failed':
        this.set({ reload: null });
        break;
    }
    this.sumUp();
  }

  #begin(pid: number, time: number, wid: Json): void {
    // not every death is told of: a new process of that number is not the one that was to end
    this.#told.delete(pid);
    const { reload } = this.#row;
    if (reload !== null) this.set({ reload: { ...reload, replaced: reload.replaced + 1 } });
    // `stats` was faster than the event
    if (!this.#processes.has(pid)) this.describe(pid, { wid, started: time });
  }

  #end(pid: number, time: number, payload: JsonObject): void {
    this.#drop(pid);
    const isCrash = !this.#told.delete(pid);
    this.set({
      lastExit: lastExit(time, payload),
      restarts: this.#row.restarts + (isCrash ? 1 : 0),
    });
  }

  #drop(pid: number): void {
    this.#courses.delete(pid);
    if (this.#processes.delete(pid)) this.#dirty.add(pid);
  }
}
