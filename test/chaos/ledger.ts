/**
 * Follows every event and checks what holds at all times (protocol 3): `seq` and `wseq` have no gap,
 * a pid is spawned once and reaped at most once, a place has one process, and only who was asked to
 * end may end without a reap.
 */
import type { JsonObject } from '#libs/protocol';
import type { EventStream } from '../daemon/index.ts';

const newestKept = 5;

interface Life {
  readonly pid: number;
  readonly place: string;
  wasSignalled: boolean;
  wasReaped: boolean;
}

/** What the events have told. */
export class Ledger {
  readonly violations: string[] = [];
  readonly counts: Record<string, number> = {};
  #lastSeq: number | undefined;
  readonly #lastWseq = new Map<string, number>();
  /** By pid, the latest life of each. */
  readonly #lives = new Map<number, Life>();
  readonly #byPlace = new Map<string, Life>();
  /** Pids of the last spawns, oldest first. */
  #newest: number[] = [];
  #silent = 0;

  /** Reads until the channel ends. */
  async follow(events: EventStream): Promise<void> {
    for await (const { topic, payload } of events) this.note(topic, payload);
  }

  note(topic: string, payload: JsonObject): void {
    const [, watcher = '', event = ''] = /^watcher\.(.+)\.([^.]+)$/.exec(topic) ?? [];
    this.counts[event] = (this.counts[event] ?? 0) + 1;
    this.#checkNumbers(watcher, payload);
    const pid = Number(payload['process_pid']);
    if (event === 'spawn') this.#spawned(pid, `${watcher} ${payload['wid']}`);
    else if (event === 'kill') this.#signalled(pid);
    else if (event === 'reap') this.#reaped(pid, `${watcher} ${payload['wid']}`);
  }

  /** The number of the last event. */
  get lastSeq(): number {
    return this.#lastSeq ?? 0;
  }

  /** How many ended without a reap, as those do that were let go. */
  get silentReaps(): number {
    return this.#silent + this.#unreaped().length;
  }

  /** Pids that were spawned and not reaped. */
  get livePids(): number[] {
    return this.#unreaped().map(({ pid }) => pid);
  }

  /** Pids of the last spawns; some may have ended. */
  get newestPids(): readonly number[] {
    return this.#newest;
  }

  /** After the end: whoever has no reap must have been asked to end. */
  checkEnd(): void {
    for (const life of this.#unreaped()) {
      if (!life.wasSignalled) this.#violate(`${describe(life)} ended and was never reaped`);
    }
  }

  #unreaped(): Life[] {
    return [...this.#lives.values()].filter(({ wasReaped }) => !wasReaped);
  }

  #checkNumbers(watcher: string, { seq, wseq }: JsonObject): void {
    const before = this.#lastSeq;
    if (before !== undefined && seq !== before + 1) this.#violate(`seq ${seq} after ${before}`);
    this.#lastSeq = Number(seq);
    const last = this.#lastWseq.get(watcher);
    if (last !== undefined && wseq !== last + 1) {
      this.#violate(`wseq ${wseq} of ${watcher} after ${last}`);
    }
    this.#lastWseq.set(watcher, Number(wseq));
  }

  #spawned(pid: number, place: string): void {
    const namesake = this.#lives.get(pid);
    if (namesake !== undefined) this.#end(namesake, `pid ${pid} is given again`);
    const predecessor = this.#byPlace.get(place);
    if (predecessor !== undefined) this.#end(predecessor, `pid ${pid} takes its place`);
    const life: Life = { pid, place, wasSignalled: false, wasReaped: false };
    this.#lives.set(pid, life);
    this.#byPlace.set(place, life);
    this.#newest = [...this.#newest.slice(1 - newestKept), pid];
  }

  /** Its place or its pid is another's now: it was reaped, or let go in silence. */
  #end(life: Life, why: string): void {
    if (this.#lives.get(life.pid) !== life) return;
    this.#lives.delete(life.pid);
    if (life.wasReaped) return;
    this.#silent += 1;
    if (!life.wasSignalled) this.#violate(`${describe(life)} has no reap, but ${why}`);
  }

  #signalled(pid: number): void {
    const life = this.#lives.get(pid);
    if (life === undefined || life.wasReaped) this.#violate(`kill of ${pid}, which is not alive`);
    else life.wasSignalled = true;
  }

  #reaped(pid: number, place: string): void {
    const life = this.#lives.get(pid);
    if (life === undefined) this.#violate(`reap of ${pid}, which was never spawned`);
    else if (life.wasReaped) this.#violate(`${describe(life)} was reaped twice`);
    else if (life.place !== place) this.#violate(`${describe(life)} was reaped as ${place}`);
    if (life !== undefined) life.wasReaped = true;
  }

  #violate(text: string): void {
    this.violations.push(text);
  }
}

function describe({ pid, place }: Life): string {
  return `pid ${pid} (${place})`;
}
