/**
 * What circushttpd knows of circusd: everything a page shows, kept true by events and by asking
 * again what events do not tell. Nothing is asked of the daemon because somebody opens a page.
 */
import { availableParallelism, freemem, hostname, loadavg, totalmem } from 'node:os';
import { isJsonObject, type Json, type JsonObject, parseTopic } from '#libs/protocol';
import type {
  ConsoleState,
  DaemonRow,
  Delta,
  EventRow,
  ProcessChanges,
  ProcessRow,
  SocketRow,
  WatcherRow,
} from './console-state.ts';
import { eventText, lastExit } from './event-text.ts';
import { isSameRow, numberOf, processRow, sumOf } from './figures.ts';
import { History, processCourse } from './history.ts';
import { newWatcher } from './new-watcher.ts';

/** Events that a fresh page gets. */
const eventsHeld = 500;

/** What changed since the last flush. */
type Changes = Omit<Delta, 'rev'>;

/** The course of circusd itself. */
export const daemonCourse = '/circusd';

interface Mirrored {
  row: WatcherRow;
  readonly processes: Map<number, ProcessRow>;
  /** Processes that circusd told to end: their death is no crash. */
  readonly told: Set<number>;
  /** Pids of rows that are new, changed or gone since somebody took the changes. */
  readonly dirty: Set<number>;
}

/** The state of one circusd. Feeding it is `DaemonLink`'s; reading it is everybody's. */
export class Mirror {
  readonly history = new History();
  readonly #watchers = new Map<string, Mirrored>();
  readonly #sockets = new Map<string, SocketRow>();
  #events: EventRow[] = [];
  #daemon: DaemonRow;
  #lastSeq = 0;
  #isDaemonDirty = false;
  readonly #dirtyWatchers = new Set<string>();
  readonly #dirtySockets = new Set<string>();
  #newEvents: EventRow[] = [];

  constructor(endpoint: string) {
    this.#daemon = {
      link: 'connecting',
      linkSince: Date.now() / 1000,
      endpoint,
      version: null,
      generation: null,
      pid: null,
      started: null,
      cpu: null,
      rss: null,
      figures: 'none',
      host: hostname(),
      load: 0,
      processors: availableParallelism(),
      memoryTotal: totalmem(),
      memoryFree: freemem(),
    };
  }

  get daemon(): DaemonRow {
    return this.#daemon;
  }

  /** The number of the last event that was applied. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  get state(): ConsoleState {
    return {
      daemon: this.#daemon,
      watchers: Object.fromEntries(this.watchers().map((row) => [row.name, row])),
      sockets: Object.fromEntries(this.#sockets),
      events: this.#events,
    };
  }

  watchers(): readonly WatcherRow[] {
    return [...this.#watchers.values()].map(({ row }) => row);
  }

  sockets(): readonly SocketRow[] {
    return [...this.#sockets.values()];
  }

  /** The live processes of a watcher by wid; none when there is no such watcher. */
  processes(name: string): readonly ProcessRow[] {
    const rows = [...(this.#watchers.get(name)?.processes.values() ?? [])];
    return rows.sort((one, other) => (one.wid ?? one.pid) - (other.wid ?? other.pid));
  }

  /** Which processes of a watcher have changed since the last call; undefined when none has. */
  takeProcessChanges(name: string): ProcessChanges | undefined {
    const watcher = this.#watchers.get(name);
    if (watcher === undefined || watcher.dirty.size === 0) return undefined;
    const pids = [...watcher.dirty];
    watcher.dirty.clear();
    return {
      isWhole: false,
      rows: pids.map((pid) => watcher.processes.get(pid)).filter((row) => row !== undefined),
      gone: pids.filter((pid) => !watcher.processes.has(pid)),
    };
  }

  /**
   * Watchers with processes that were told to end and have not been seen to: a lowered count, an
   * age, a graceful reload end them without a `reap`.
   */
  watchersInDoubt(): readonly string[] {
    const all = [...this.#watchers];
    return all.filter(([, { told }]) => told.size > 0).map(([name]) => name);
  }

  /** The pids that a watcher has now. */
  setPids(name: string, pids: readonly number[]): void {
    const watcher = this.#watchers.get(name);
    if (watcher === undefined) return;
    const live = new Set(pids);
    for (const pid of watcher.processes.keys()) if (!live.has(pid)) this.#dropProcess(watcher, pid);
    for (const pid of watcher.told) if (!live.has(pid)) watcher.told.delete(pid);
    this.#sumUp(name, watcher);
  }

  /** What has changed since the last call; undefined when nothing has. */
  takeChanges(): Changes | undefined {
    const changes: { -readonly [K in keyof Changes]: Changes[K] } = {};
    if (this.#isDaemonDirty) changes.daemon = this.#daemon;
    if (this.#dirtyWatchers.size > 0) {
      changes.watchers = pick(this.#dirtyWatchers, (name) => this.#watchers.get(name)?.row);
    }
    if (this.#dirtySockets.size > 0) {
      changes.sockets = pick(this.#dirtySockets, (name) => this.#sockets.get(name));
    }
    if (this.#newEvents.length > 0) changes.events = this.#newEvents.slice(-eventsHeld);
    this.#isDaemonDirty = false;
    this.#dirtyWatchers.clear();
    this.#dirtySockets.clear();
    this.#newEvents = [];
    return Object.keys(changes).length === 0 ? undefined : changes;
  }

  setDaemon(facts: Partial<DaemonRow>): void {
    const now = Date.now() / 1000;
    const hasMoved = facts.link !== undefined && facts.link !== this.#daemon.link;
    this.#daemon = { ...this.#daemon, ...facts, ...(hasMoved ? { linkSince: now } : {}) };
    this.#isDaemonDirty = true;
  }

  /** circusd is another one than before: its events count from 1 again. */
  forgetEvents(): void {
    this.#lastSeq = 0;
    for (const { row } of this.#watchers.values()) {
      this.#change(row.name, { restarts: 0, lastExit: null, since: null, reload: null });
    }
  }

  /** The watchers that exist; others are forgotten. */
  setNames(names: readonly string[]): void {
    for (const name of this.#watchers.keys()) if (!names.includes(name)) this.#forget(name);
    for (const name of names) this.#require(name);
  }

  /** Sets facts of a watcher that exists; those that are so already change nothing. */
  setWatcher(name: string, facts: Partial<WatcherRow>): void {
    const watcher = this.#watchers.get(name);
    if (watcher === undefined) return;
    const told = Object.entries(facts);
    const known = new Map<string, unknown>(Object.entries(watcher.row));
    if (told.some(([key, value]) => known.get(key) !== value)) this.#change(name, facts);
  }

  /** The processes of a watcher as `stats` describes them: those not in it are gone. */
  setProcesses(name: string, infos: JsonObject): void {
    const watcher = this.#require(name);
    const pids = new Set(Object.keys(infos).map(Number));
    for (const pid of watcher.processes.keys()) if (!pids.has(pid)) this.#dropProcess(watcher, pid);
    for (const [pid, info] of Object.entries(infos)) {
      if (isJsonObject(info)) this.#setProcess(watcher, Number(pid), info);
    }
    this.#sumUp(name, watcher);
  }

  /** One description of the stats channel, which comes for every process in each period. */
  describeProcess(name: string, pid: number, info: JsonObject): void {
    const watcher = this.#watchers.get(name);
    // of a process that has ended meanwhile
    if (watcher?.processes.has(pid) !== true) return;
    this.#setProcess(watcher, pid, info);
  }

  /** All processes of a watcher have been described once more. */
  endPeriod(name: string): void {
    const watcher = this.#watchers.get(name);
    if (watcher === undefined) return;
    this.#sumUp(name, watcher);
    const { cpu, rss } = watcher.row;
    const now = Date.now() / 1000;
    this.history.add(name, [now, cpu, rss]);
    for (const process of watcher.processes.values()) {
      this.history.add(processCourse(name, process.pid), [now, process.cpu, process.rss]);
    }
  }

  setSockets(rows: readonly SocketRow[]): void {
    const names = new Set(rows.map(({ name }) => name));
    for (const name of this.#sockets.keys()) {
      if (names.has(name)) continue;
      this.#sockets.delete(name);
      this.#dirtySockets.add(name);
    }
    for (const row of rows) {
      this.#sockets.set(row.name, { ...row, ...seen(this.#sockets.get(row.name)) });
      this.#dirtySockets.add(row.name);
    }
  }

  describeSocket(fd: number, facts: Pick<SocketRow, 'reads' | 'queue' | 'established'>): void {
    const row = [...this.#sockets.values()].find((candidate) => candidate.fd === fd);
    if (row === undefined) return;
    this.#sockets.set(row.name, { ...row, ...facts });
    this.#dirtySockets.add(row.name);
  }

  setHost(): void {
    this.setDaemon({ load: loadavg()[0] ?? 0, memoryFree: freemem() });
  }

  /**
   * Applies one event; each only once, by its `seq`.
   *
   * @returns the watcher whose state must be asked for, and whether events before it are missing
   */
  applyEvent(topic: string, payload: JsonObject): { watcher: string; hasGap: boolean } | undefined {
    const parsed = parseTopic(topic);
    const seq = numberOf(payload['seq']) ?? this.#lastSeq + 1;
    if (parsed === undefined || seq <= this.#lastSeq) return undefined;
    const hasGap = this.#lastSeq !== 0 && seq !== this.#lastSeq + 1;
    this.#lastSeq = seq;
    const time = numberOf(payload['time']) ?? Date.now() / 1000;
    const watcher = this.nameOf(parsed.watcher);
    this.#apply(watcher, parsed.event, time, payload);
    const text = eventText(parsed.event, payload);
    const row = { seq, time, watcher, name: parsed.event, text };
    this.#events = [...this.#events.slice(1 - eventsHeld), row];
    this.#newEvents.push(row);
    return { watcher, hasGap };
  }

  #apply(name: string, event: string, time: number, payload: JsonObject): void {
    const watcher = this.#watchers.get(name);
    if (watcher === undefined) return;
    const pid = Number(payload['process_pid']);
    switch (event) {
      case 'spawn':
        // `stats` was faster than the event
        if (watcher.processes.has(pid)) break;
        this.#setProcess(watcher, pid, { wid: payload['wid'] ?? null, started: time, cpu: null });
        this.#countReplaced(name, watcher.row);
        break;
      case 'reap':
        this.#dropProcess(watcher, pid);
        this.#change(name, {
          lastExit: lastExit(time, payload),
          restarts: watcher.row.restarts + (watcher.told.delete(pid) ? 0 : 1),
        });
        break;
      case 'kill':
        watcher.told.add(pid);
        break;
      case 'start':
        this.#change(name, { since: time });
        break;
      case 'stop':
        for (const gone of watcher.processes.keys()) this.#dropProcess(watcher, gone);
        watcher.told.clear();
        this.#change(name, { since: null, reload: null });
        break;
      case 'reload_started': {
        const reload = { kind: String(payload['kind']), since: time, replaced: 0 };
        this.#change(name, { reload });
        break;
      }
      case 'reload':
      case 'reload_failed':
        this.#change(name, { reload: null });
        break;
    }
    this.#sumUp(name, watcher);
  }

  #countReplaced(name: string, { reload }: WatcherRow): void {
    if (reload !== null) {
      this.#change(name, { reload: { ...reload, replaced: reload.replaced + 1 } });
    }
  }

  /** Topics have `_` where names have spaces. */
  nameOf(inTopic: string): string {
    if (this.#watchers.has(inTopic)) return inTopic;
    const names = [...this.#watchers.keys()];
    return names.find((name) => name.replaceAll(' ', '_') === inTopic) ?? inTopic;
  }

  #setProcess(watcher: Mirrored, pid: number, info: JsonObject): void {
    const before = watcher.processes.get(pid);
    const row = processRow(pid, info, before);
    if (before !== undefined && isSameRow(before, row)) return;
    watcher.processes.set(pid, row);
    watcher.dirty.add(pid);
  }

  #dropProcess(watcher: Mirrored, pid: number): void {
    if (watcher.processes.delete(pid)) watcher.dirty.add(pid);
  }

  #sumUp(name: string, { processes, row }: Mirrored): void {
    const rows = [...processes.values()];
    const facts = {
      alive: rows.length,
      cpu: sumOf(rows.map(({ cpu }) => cpu)),
      rss: sumOf(rows.map(({ rss }) => rss)),
    };
    if (facts.alive !== row.alive || facts.cpu !== row.cpu || facts.rss !== row.rss) {
      this.#change(name, facts);
    }
  }

  #require(name: string): Mirrored {
    const known = this.#watchers.get(name);
    if (known !== undefined) return known;
    const made = {
      row: newWatcher(name),
      processes: new Map(),
      told: new Set<number>(),
      dirty: new Set<number>(),
    };
    this.#watchers.set(name, made);
    this.#dirtyWatchers.add(name);
    return made;
  }

  #change(name: string, facts: Partial<WatcherRow>): void {
    const watcher = this.#require(name);
    watcher.row = { ...watcher.row, ...facts };
    this.#dirtyWatchers.add(name);
  }

  #forget(name: string): void {
    this.#watchers.delete(name);
    this.#dirtyWatchers.add(name);
  }
}

/** What the stats channel has told of a socket, which `listsockets` does not know. */
function seen(row: SocketRow | undefined): Partial<SocketRow> {
  if (row === undefined) return {};
  const { reads, queue, established } = row;
  return { reads, queue, established };
}

function pick<T>(
  names: Iterable<string>,
  find: (name: string) => T | undefined,
): Record<string, T | null> {
  return Object.fromEntries([...names].map((name) => [name, find(name) ?? null]));
}

/** The text of a reply's list. */
export function namesOf(list: Json | undefined): readonly string[] {
  return Array.isArray(list) ? list.map(String) : [];
}
