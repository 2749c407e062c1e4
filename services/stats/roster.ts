/** Which processes there are: learnt from circusd, kept true by its events (protocol 4). */
import { circusPrograms, type JsonObject, parseTopic, topicName } from '#libs/protocol';
import { WatcherRecord } from './watcher-record.ts';

/** What circusd has answered about one watcher. */
export interface WatcherAnswer {
  readonly name: string;
  readonly pids: readonly number[];
  readonly state: string | undefined;
  readonly wanted: number | undefined;
}

/** Events after which a watcher's state may be another one. */
const turningPoints: ReadonlySet<string> = new Set(['start', 'stop', 'kill', 'spawn', 'reload']);

/** A watcher that has such an event exists; what else comes of an unknown one is the end of one that was. */
const signsOfLife: ReadonlySet<string> = new Set(['add', 'spawn', 'start']);

/** Watchers by their names in topics. */
export class Roster {
  #watchers = new Map<string, WatcherRecord>();
  /** The number of the latest event that is known; 0 before the first, or when circusd counts none. */
  #seq = 0;
  /** Set when states are to be asked for again; whoever asks sets it back. */
  isStateStale = false;
  /** Watchers whose wanted number is to be asked for again. */
  readonly changed = new Set<string>();

  get seq(): number {
    return this.#seq;
  }

  /** All but those that run parts of circus, by name in topics. */
  get watchers(): readonly (readonly [group: string, record: WatcherRecord])[] {
    return [...this.#watchers].filter(([group]) => !circusPrograms.includes(group));
  }

  find(group: string): WatcherRecord | undefined {
    return this.#watchers.get(group);
  }

  /** Replaces what is known of processes; the stories of watchers that are still there stay. */
  replace(answers: readonly WatcherAnswer[]): void {
    const before = this.#watchers;
    this.#watchers = new Map();
    for (const { name, pids, state, wanted } of [...answers].sort(byName)) {
      const group = topicName(name);
      // Two names may be one in topics: 'a b' and 'a_b'. Then they are one here.
      const isFirst = !this.#watchers.has(group);
      const record = this.#watchers.get(group) ?? before.get(group) ?? new WatcherRecord(name);
      if (isFirst) record.pids.clear();
      for (const pid of pids) record.pids.add(pid);
      record.state = state;
      record.wanted = wanted;
      this.#watchers.set(group, record);
    }
  }

  /** A process that is no more, whatever events say. */
  drop(group: string, pid: number): void {
    this.#watchers.get(group)?.pids.delete(pid);
  }

  /** Another circusd counts events from 1 again: nothing that is known holds. */
  forget(): void {
    this.#watchers.clear();
    this.#seq = 0;
  }

  /** An event of the past: only the story counts, as circusd has told which processes there are. */
  recall(topic: string, payload: JsonObject): void {
    const { seq } = payload;
    if (typeof seq === 'number') {
      if (seq <= this.#seq) return;
      this.#seq = seq;
    }
    const { watcher, event } = parseTopic(topic) ?? {};
    if (watcher === undefined || event === undefined) return;
    this.#watchers.get(watcher)?.remember({ event, payload });
  }

  /**
   * An event as it comes. `false`: it is not the next one, or of a watcher that nobody has told of, so
   * that circusd is to be asked.
   */
  follow(topic: string, payload: JsonObject): boolean {
    const { seq } = payload;
    const isNext = typeof seq !== 'number' || seq === this.#seq + 1;
    const { watcher, event } = parseTopic(topic) ?? {};
    const record = watcher === undefined ? undefined : this.#watchers.get(watcher);
    if (watcher !== undefined && event !== undefined && record !== undefined) {
      record.follow({ event, payload });
      if (turningPoints.has(event)) this.isStateStale = true;
      if (event === 'updated') this.changed.add(watcher);
    }
    this.recall(topic, payload);
    if (event === 'remove' && watcher !== undefined) this.#watchers.delete(watcher);
    return isNext && (record !== undefined || !signsOfLife.has(event ?? ''));
  }
}

function byName(a: WatcherAnswer, b: WatcherAnswer): number {
  return a.name < b.name ? -1 : 1;
}
