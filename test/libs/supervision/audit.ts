/**
 * What must be true of the core whatever happens, checked from the outside: it sees what went in and
 * what came out, and compares the state only where it must. Imports nothing of what it checks.
 */

/** An event or action, as far as it is looked at. */
export interface Seen {
  readonly type: string;
  readonly key?: string;
  readonly wid?: number;
  readonly ticket?: number;
  readonly pid?: number;
  readonly wait?: number;
  readonly event?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly rules?: { readonly numprocesses: number; readonly reloadSurge: number | null };
  readonly pids?: readonly number[];
  readonly hasRemains?: boolean;
}

/** A process as the state has it. */
export interface SeenProcess {
  readonly ticket: number;
  readonly pid: number | null;
  readonly ending: unknown;
  readonly pendingStop: unknown;
}

/** The state, as far as it is looked at. */
export interface SeenState {
  readonly phase: string;
  readonly waits: readonly { readonly id: number }[];
  readonly watchers: Readonly<
    Record<
      string,
      {
        readonly state: string;
        readonly reload: unknown;
        readonly slots: readonly {
          readonly wid: number;
          readonly isSurplus: boolean;
          readonly process: SeenProcess | null;
        }[];
        readonly remains: readonly { readonly ticket: number }[];
      }
    >
  >;
}

interface Life {
  readonly key: string;
  readonly wid: number;
  pid: number | null;
  isPublished: boolean;
}

/** Throws at the first thing that must not be. */
export class Audit {
  readonly lives = new Map<number, Life>();
  readonly #tickets = new Set<number>();
  readonly #remains = new Map<number, string>();
  readonly #limits = new Map<string, { count: number; surge: number }>();
  readonly #open = new Set<number>();
  readonly #published = new Set<number>();
  readonly #reaped = new Set<number>();
  #ends = 0;

  /** Looks at one step: what went in, what came out, and what the state is after it. */
  check(event: Seen, actions: readonly Seen[], state: SeenState): void {
    this.#takeEvent(event, actions, state);
    for (const action of actions) this.#takeAction(action, state);
    this.#compare(state);
    this.#count(state, event);
  }

  /** Commands that have no answer yet. */
  get unanswered(): number {
    return this.#open.size;
  }

  get ends(): number {
    return this.#ends;
  }

  #takeEvent(event: Seen, actions: readonly Seen[], { watchers }: SeenState): void {
    const { type, key = '', ticket = 0, wait, rules } = event;
    if (wait !== undefined) this.#open.add(wait);
    const hasFailed = actions.some((action) => action.type === 'fail' && action.wait === wait);
    const isRefused = type === 'add' && hasFailed;
    if (rules !== undefined && watchers[key] !== undefined && !isRefused) {
      const { numprocesses, reloadSurge } = rules;
      const surge = Math.max(1, reloadSurge ?? numprocesses);
      this.#limits.set(key, { count: numprocesses, surge });
    }
    const life = this.lives.get(ticket);
    if (life === undefined || life.key !== key) return;
    if (type === 'spawned' && life.pid === null) life.pid = event.pid ?? null;
    if (type === 'spawn_failed' && life.pid === null) this.lives.delete(ticket);
    if (type === 'exited' && life.pid !== null) {
      this.lives.delete(ticket);
      if (event.hasRemains === true) this.#remains.set(ticket, key);
    }
    // remains_gone carries the ticket of a process that is dead: see below.
  }

  #takeAction(action: Seen, state: SeenState): void {
    const isAnswer = action.type === 'finish' || action.type === 'fail';
    if (this.#ends > 0 && !isAnswer) fail(`${action.type} after the end`);
    const { type, key = '', wid = 0, ticket = 0, pid = 0, wait = 0 } = action;
    if (type === 'spawn') this.#takeSpawn(key, wid, ticket);
    if (type === 'signal' || type === 'kill_tree' || type === 'hup') {
      if (!this.#isAlive(key, pid)) fail(`${type} to ${pid}, which is not a process of ${key}`);
    }
    if (type === 'await_ready' || type === 'watch_liveness') {
      if (!this.#isAlive(key, pid)) fail(`${type} to ${pid}, which is not a process of ${key}`);
    }
    if (type === 'end_remains' || type === 'kill_remains') {
      if (this.#remains.get(ticket) !== key)
        fail(`${type} for ${ticket}, of which nothing is left`);
    }
    if (type === 'finish' || type === 'fail') {
      if (!this.#open.delete(wait)) fail(`command ${wait} is answered and was not asked, or twice`);
    }
    if (type === 'removed') this.#forget(key);
    if (type === 'publish') this.#takePublication(action);
    if (type === 'end') {
      this.#ends += 1;
      if (this.lives.size > 0) fail('the end, and processes live');
      if (state.waits.length > 0) fail('the end, and commands wait');
    }
  }

  #takeSpawn(key: string, wid: number, ticket: number): void {
    if (this.#tickets.has(ticket)) fail(`ticket ${ticket} is spawned twice`);
    this.#tickets.add(ticket);
    for (const life of this.lives.values()) {
      if (life.key === key && life.wid === wid) fail(`two processes of ${key} with wid ${wid}`);
    }
    if (wid < 1 || !Number.isInteger(wid)) fail(`wid ${wid}`);
    this.lives.set(ticket, { key, wid, pid: null, isPublished: false });
  }

  #takePublication({ event, facts }: Seen): void {
    const pid = facts?.['process_pid'];
    if (typeof pid !== 'number') return;
    if (event === 'spawn') {
      if (this.#published.has(pid)) fail(`spawn of ${pid} is published twice`);
      this.#published.add(pid);
    }
    if (event !== 'reap') return;
    if (!this.#published.has(pid)) fail(`reap of ${pid} is published, its spawn was not`);
    if (this.#reaped.has(pid)) fail(`reap of ${pid} is published twice`);
    this.#reaped.add(pid);
  }

  #isAlive(key: string, pid: number): boolean {
    for (const life of this.lives.values()) {
      if (life.key === key && life.pid === pid) return true;
    }
    return false;
  }

  #forget(key: string): void {
    this.#limits.delete(key);
    for (const [ticket, life] of this.lives) if (life.key === key) this.lives.delete(ticket);
    for (const [ticket, owner] of this.#remains) if (owner === key) this.#remains.delete(ticket);
  }

  /** The state knows exactly the processes that live, and waits for exactly the open commands. */
  #compare({ watchers, waits }: SeenState): void {
    const known = new Set<number>();
    for (const [key, { slots }] of Object.entries(watchers)) {
      const wids = new Set(slots.map(({ wid }) => wid));
      if (wids.size !== slots.length) fail(`two slots of ${key} with one wid`);
      for (const { wid, process } of slots) {
        if (process === null) continue;
        const life = this.lives.get(process.ticket);
        if (life === undefined) {
          if (process.pid !== null) fail(`${key} has pid ${process.pid}, which is dead`);
          continue;
        }
        known.add(process.ticket);
        if (life.pid !== process.pid)
          fail(`${key} wid ${wid}: pid ${process.pid}, not ${life.pid}`);
      }
    }
    for (const [ticket, { key }] of this.lives) {
      if (!known.has(ticket)) fail(`a process of ${key} is forgotten while it lives`);
    }
    const open = new Set(waits.map(({ id }) => id));
    for (const wait of this.#open) if (!open.has(wait)) fail(`command ${wait} is lost`);
    if (open.size !== this.#open.size) fail('a command waits that has its answer');
  }

  #count({ watchers }: SeenState, event: Seen): void {
    for (const [key, { slots, remains, state, reload }] of Object.entries(watchers)) {
      const asked = slots.filter(({ process, isSurplus }) => {
        if (process === null || !this.lives.has(process.ticket)) return false;
        return !isSurplus && process.ending === null && process.pendingStop === null;
      });
      const { count, surge } = this.#limits.get(key) ?? { count: 0, surge: 0 };
      const limit = reload === null ? count : count + surge;
      // While before_stop is asked all of them are on their way out.
      if (state !== 'closing' && asked.length > limit) {
        fail(`${key} has ${asked.length} processes, ${limit} are allowed, after ${event.type}`);
      }
      for (const { ticket } of remains) {
        if (this.#remains.get(ticket) !== key) fail(`${key} has remains of ${ticket}: not true`);
      }
      if (state === 'stopped' && (slots.length > 0 || remains.length > 0)) {
        fail(`${key} is stopped and something is left`);
      }
    }
    if (event.type === 'remains_gone' && event.ticket !== undefined) {
      this.#remains.delete(event.ticket);
    }
  }
}

function fail(symptom: string): never {
  throw new Error(symptom);
}
