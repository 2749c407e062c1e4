/**
 * What circushttpd knows of circusd: everything a page shows, kept true by events and by asking
 * again what events do not tell. Nothing is asked of the daemon because somebody opens a page.
 */
import { availableParallelism, freemem, hostname, loadavg, totalmem } from 'node:os';
import { type JsonObject, parseTopic } from '#libs/protocol';
import type {
  ConsoleState,
  DaemonRow,
  Delta,
  EventRow,
  ProcessChanges,
  ProcessRow,
  Sample,
  SocketRow,
  WatcherRow,
} from './console-state.ts';
import { eventText } from './event-text.ts';
import { isSameRow, numberOf } from './figures.ts';
import { Course } from './history.ts';
import { WatcherMirror } from './watcher-mirror.ts';

/** Events that a fresh page gets. */
const eventsHeld = 500;

/** What changed since the last flush. */
type Changes = Omit<Delta, 'rev'>;

/** The state of one circusd. Feeding it is `DaemonLink`'s; reading it is everybody's. */
export class Mirror {
  /** Of circusd itself. */
  readonly #course = new Course(86_400);
  readonly #watchers = new Map<string, WatcherMirror>();
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

  /** The live processes of a watcher by wid; none when there is no such watcher. */
  processes(name: string): readonly ProcessRow[] {
    return this.#watchers.get(name)?.processes ?? [];
  }

  /** Which processes of a watcher have changed since the last call; undefined when none has. */
  takeProcessChanges(name: string): ProcessChanges | undefined {
    return this.#watchers.get(name)?.takeProcessChanges();
  }

  /** Watchers of which events may not have told all: whose processes are not those that are wanted. */
  watchersInDoubt(): readonly string[] {
    const all = [...this.#watchers];
    return all
      .filter(([, { isInDoubt, row }]) => isInDoubt || row.alive !== row.wanted)
      .filter(([, { row }]) => row.status !== 'stopped')
      .map(([name]) => name);
  }

  /** Whether it has more processes than are wanted: more are wanted now, or it reloads. */
  hasTooMany(name: string): boolean {
    const row = this.#watchers.get(name)?.row;
    return row !== undefined && row.alive > row.wanted;
  }

  /** The pids that a watcher has now. */
  setPids(name: string, pids: readonly number[]): void {
    this.#watchers.get(name)?.setPids(pids);
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

  /** Another circusd answers than before: its events count from 1, and its processes are others. */
  beginAnew(): void {
    this.#lastSeq = 0;
    for (const watcher of this.#watchers.values()) {
      watcher.setPids([]);
      watcher.set({ restarts: 0, lastExit: null, since: null, reload: null });
    }
  }

  /** The watchers that exist; others are forgotten. */
  setNames(names: readonly string[]): void {
    const known = new Set(names);
    for (const name of this.#watchers.keys()) if (!known.has(name)) this.#forget(name);
    for (const name of names) this.#require(name);
  }

  /** Sets facts of a watcher that exists; those that are so already change nothing. */
  setWatcher(name: string, facts: Partial<WatcherRow>): void {
    this.#watchers.get(name)?.set(facts);
  }

  /** The figures of one process; those of one that is not known (any more) are ignored. */
  describeProcess(name: string, pid: number, info: JsonObject): void {
    const watcher = this.#watchers.get(name);
    if (watcher?.has(pid)) watcher.describe(pid, info);
  }

  /** Since when a watcher runs, where no event that is still held tells it. */
  noteUptime(name: string, seconds: number): void {
    const watcher = this.#watchers.get(name);
    if (watcher?.row.since === null) watcher.set({ since: Date.now() / 1000 - seconds });
  }

  /** All processes of a watcher have been described once more. */
  endPeriod(name: string): void {
    const watcher = this.#watchers.get(name);
    if (watcher === undefined) return;
    watcher.sumUp();
    watcher.record();
  }

  /** The last `seconds` of a watcher, of one of its processes, or of circusd. */
  last(seconds: number, name?: string, pid?: number): readonly Sample[] {
    if (name === undefined) return this.#course.last(seconds, Date.now() / 1000);
    return this.#watchers.get(name)?.last(seconds, pid) ?? [];
  }

  setSockets(rows: readonly SocketRow[]): void {
    const names = new Set(rows.map(({ name }) => name));
    for (const name of this.#sockets.keys()) {
      if (names.has(name)) continue;
      this.#sockets.delete(name);
      this.#dirtySockets.add(name);
    }
    for (const row of rows) this.#setSocket({ ...row, ...seen(this.#sockets.get(row.name)) });
  }

  describeSocket(fd: number, facts: Pick<SocketRow, 'reads' | 'queue' | 'connections'>): void {
    const row = [...this.#sockets.values()].find((candidate) => candidate.fd === fd);
    if (row !== undefined) this.#setSocket({ ...row, ...facts });
  }

  /** The figures of circusd itself. */
  setSelf(cpu: number | null, rss: number | null): void {
    this.setDaemon({ cpu, rss });
    this.#course.add([Date.now() / 1000, cpu, rss]);
  }

  setHost(): void {
    this.setDaemon({ load: loadavg()[0] ?? 0, memoryFree: freemem() });
  }

  /** Whether events before this one were published that have not come. */
  hasMissedBefore(payload: JsonObject): boolean {
    const seq = numberOf(payload['seq']);
    return seq !== null && seq > this.#lastSeq + 1;
  }

  /**
   * Applies one event; each only once, by its `seq`.
   *
   * @returns the watcher that it is about; undefined when it was known, or is none
   */
  applyEvent(topic: string, payload: JsonObject): string | undefined {
    const parsed = parseTopic(topic);
    const seq = numberOf(payload['seq']) ?? this.#lastSeq + 1;
    if (parsed === undefined || seq <= this.#lastSeq) return undefined;
    this.#lastSeq = seq;
    const time = numberOf(payload['time']) ?? Date.now() / 1000;
    const watcher = this.nameOf(parsed.watcher);
    this.#watchers.get(watcher)?.apply(parsed.event, time, payload);
    const text = eventText(parsed.event, payload);
    const row = { seq, time, watcher, name: parsed.event, text };
    this.#events = [...this.#events.slice(1 - eventsHeld), row];
    this.#newEvents.push(row);
    return watcher;
  }

  /** The watcher of a topic, which has `_` where the name has a space. */
  nameOf(inTopic: string): string {
    if (this.#watchers.has(inTopic)) return inTopic;
    const found = [...this.#watchers].find(([, { topicName }]) => topicName === inTopic);
    return found?.[0] ?? inTopic;
  }

  #setSocket(row: SocketRow): void {
    const before = this.#sockets.get(row.name);
    if (before !== undefined && isSameRow(before, row)) return;
    this.#sockets.set(row.name, row);
    this.#dirtySockets.add(row.name);
  }

  #require(name: string): void {
    if (this.#watchers.has(name)) return;
    this.#watchers.set(name, new WatcherMirror(name, () => this.#dirtyWatchers.add(name)));
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
  const { reads, queue, connections } = row;
  return { reads, queue, connections };
}

/** Their rows, and null for those that are gone. */
function pick<T>(
  names: Iterable<string>,
  find: (name: string) => T | undefined,
): Record<string, T | null> {
  return Object.fromEntries([...names].map((name) => [name, find(name) ?? null]));
}
