/**
 * An imaginary operating system for the core: performs its actions against processes that exist only
 * here, with a clock that the test moves, and feeds back what happened. Nothing in it knows the
 * core's rules.
 */
import {
  type Action,
  type CommandEvent,
  type CoreEvent,
  type DaemonState,
  defaultRules,
  type EventFacts,
  type HookName,
  initialState,
  nextDeadline,
  step,
  type WaitResult,
  type WatcherRecord,
  type WatcherRules,
} from '#libs/supervision';

/** How one process behaves. Milliseconds. */
export interface Manners {
  /** Until a stop signal ends it; null: it ignores them. */
  readonly reactionMs: number | null;
  /** Until it says that it is ready; null: never. */
  readonly readyMs: number | null;
  /** How long it serves before it is found unhealthy, by whoever looks; null: for ever. */
  readonly healthyMs: number | null;
  /** How long it lives when left alone; null: for ever. */
  readonly lifeMs: number | null;
  /** What it exits with when its life ends by itself. */
  readonly exitCode: number;
  /** Descendants outlive it: how long after a signal to them they are gone; null: there are none. */
  readonly remainsMs: number | null;
  /** Why the program was never reached, should the exec have failed in the child. */
  readonly failure: string | null;
}

/** How a spawn turns out. */
export type SpawnOutcome = { readonly isPermanent: boolean; readonly reason: string } | Manners;

/** How a hook answers: null never. */
export type HookAnswer = { readonly isPassed: boolean; readonly afterMs: number } | null;

/** A process that is content with everything. */
export const wellMannered: Manners = {
  reactionMs: 10,
  readyMs: 20,
  healthyMs: null,
  lifeMs: null,
  exitCode: 0,
  remainsMs: null,
  failure: null,
};

interface Living {
  readonly key: string;
  readonly wid: number;
  readonly ticket: number;
  readonly pid: number;
  readonly manners: Manners;
}

/** An event without its time. */
type Happening<T = CoreEvent> = T extends unknown ? Omit<T, 'now'> : never;

/** A command without what the world adds. */
export type Order<T = CommandEvent> = T extends unknown ? Omit<T, 'wait'> : never;

interface Due {
  readonly at: number;
  readonly happen: () => void;
}

/** What a command was told. */
export type Answer = { readonly result: WaitResult } | { readonly reason: string };

/** Something published, with its time. */
export interface Publication {
  readonly at: number;
  readonly key: string;
  readonly event: string;
  readonly facts: EventFacts;
}

const sigkill = 9;
const forEver = 1_000_000;

/** The operating system, and the arbiter's part in performing actions. */
export class World {
  now = 0;
  readonly state: DaemonState;
  readonly published: Publication[] = [];
  readonly answers = new Map<number, Answer>();
  /** Every action, in order. */
  readonly actions: Action[] = [];
  readonly hooksAsked: { key: string; hook: HookName; gate: number | null; at: number }[] = [];
  readonly living = new Map<number, Living>();
  /** Remains of dead processes, by ticket. */
  readonly left = new Map<number, { key: string; pid: number; ms: number }>();
  readonly demanded = new Set<string>();
  hasEnded = false;

  spawnMs = 1;
  /** How long SIGKILL takes to work. */
  killMs = 1;
  random = 0.5;
  onSpawn: (key: string, wid: number, attempt: number) => SpawnOutcome = () => wellMannered;
  onHook: (key: string, hook: HookName) => HookAnswer = () => ({ isPassed: true, afterMs: 5 });
  /** How long strays take after being asked; null: they must be killed. */
  straysMs: number | null = 5;
  readonly #step: (state: DaemonState, event: CoreEvent) => Action[];
  #due: Due[] = [];
  #lastPid = 100;
  #lastWait = 0;
  #attempts = 0;

  constructor(
    warmupDelayMs = 0,
    perform: (state: DaemonState, event: CoreEvent) => Action[] = step,
  ) {
    this.state = initialState(0, warmupDelayMs);
    this.#step = perform;
  }

  /** Gives a command; the number under which its answer will be found. */
  order(order: Order): number {
    this.#lastWait += 1;
    this.feed({ ...order, wait: this.#lastWait } as Happening);
    return this.#lastWait;
  }

  /** Adds a watcher with the default rules but for these. */
  add(key: string, rules: Partial<WatcherRules> = {}, start = true): number {
    return this.order({
      type: 'add',
      key,
      name: key,
      rules: { ...defaultRules, ...rules },
      start,
    });
  }

  start(key: string): number {
    return this.order({ type: 'start', keys: [key], isOne: true });
  }

  stop(key: string): number {
    return this.order({ type: 'stop', keys: [key], isOne: true });
  }

  restart(key: string): number {
    return this.order({ type: 'restart', keys: [key], isOne: true });
  }

  reload(key: string, how: 'graceful' | 'sequential' = 'graceful'): number {
    return this.order({ type: 'reload', keys: [key], isOne: true, how });
  }

  set(key: string, change: Partial<WatcherRules>, needsReload = false): number {
    const rules = { ...this.watcher(key).rules, ...change };
    return this.order({ type: 'set', key, rules, needsReload });
  }

  abort(key: string): number {
    return this.order({ type: 'abort', keys: [key] });
  }

  quit(atOnce = false): number {
    return this.order({ type: 'quit', atOnce });
  }

  /** Tells the core that something happened, now, and performs what it wants. */
  feed(happening: Happening): Action[] {
    const actions = this.#step(this.state, { ...happening, now: this.now } as CoreEvent);
    for (const action of actions) this.#perform(action);
    return actions;
  }

  /** Lets time pass; everything that falls due happens in order. */
  run(ms: number): this {
    const until = this.now + ms;
    for (let steps = 0; ; steps += 1) {
      if (steps > 20_000) throw new Error('time does not pass: the core asks for ticks for ever');
      if (!this.advance(until)) break;
    }
    this.now = Math.max(this.now, until);
    return this;
  }

  /** The next thing happens if it is due by then; whether there was one. */
  advance(until: number): boolean {
    const deadline = nextDeadline(this.state);
    const due = this.#due[0];
    if (due !== undefined && due.at <= until && due.at <= (deadline ?? forEver * forEver)) {
      this.#due.shift();
      this.now = Math.max(this.now, due.at);
      due.happen();
      return true;
    }
    if (deadline === null || deadline > until || this.hasEnded) return false;
    this.now = Math.max(this.now, deadline);
    this.feed({ type: 'tick' });
    return true;
  }

  /** When something happens next, in the world or by a deadline; null when nothing ever will. */
  nextMoment(): number | null {
    const moments = [this.#due[0]?.at, nextDeadline(this.state) ?? undefined];
    const known = moments.filter((moment) => moment !== undefined);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** A process ends by itself, or by somebody else's signal. */
  die(pid: number, exitCode = 0): void {
    const process = this.living.get(pid);
    if (process === undefined) return;
    this.living.delete(pid);
    const { key, wid, ticket, manners } = process;
    const hasRemains = manners.remainsMs !== null;
    if (manners.remainsMs !== null) this.left.set(ticket, { key, pid, ms: manners.remainsMs });
    const { failure } = manners;
    const { random } = this;
    this.feed({ type: 'exited', key, wid, ticket, exitCode, hasRemains, failure, random });
  }

  watcher(key: string): WatcherRecord {
    const watcher = this.state.watchers[key];
    if (watcher === undefined) throw new Error(`no watcher ${key}`);
    return watcher;
  }

  /** Pids that live, of one watcher, oldest first. */
  pids(key: string): number[] {
    return [...this.living.values()].filter((one) => one.key === key).map(({ pid }) => pid);
  }

  wids(key: string): number[] {
    return [...this.living.values()]
      .filter((one) => one.key === key)
      .map(({ wid }) => wid)
      .sort((a, b) => a - b);
  }

  /** Names of what was published about a watcher, in order, from this moment on. */
  events(key: string, from = 0): string[] {
    return this.published
      .filter((one) => one.key === key && one.at >= from)
      .map(({ event }) => event);
  }

  /** When each event of this name was published. */
  times(key: string, event: string): number[] {
    return this.published
      .filter((one) => one.key === key && one.event === event)
      .map(({ at }) => at);
  }

  later(ms: number, happen: () => void): void {
    const at = this.now + ms;
    let index = this.#due.length;
    while (index > 0 && (this.#due[index - 1]?.at ?? 0) > at) index -= 1;
    this.#due.splice(index, 0, { at, happen });
  }

  #perform(action: Action): void {
    this.actions.push(action);
    switch (action.type) {
      case 'spawn':
        this.#spawn(action);
        break;
      case 'await_ready':
        this.#awaitReady(action);
        break;
      case 'watch_liveness':
        this.#watchLiveness(action);
        break;
      case 'signal':
        this.#publish(action.key, 'kill', { process_pid: action.pid });
        this.#signal(action, action.signum);
        break;
      case 'kill_tree':
        this.#publish(action.key, 'kill', { process_pid: action.pid });
        this.#signal(action, sigkill);
        break;
      case 'end_remains':
        this.#endRemains(action.ticket, this.left.get(action.ticket)?.ms ?? 0);
        break;
      case 'kill_remains':
        this.#endRemains(action.ticket, 1);
        break;
      case 'release':
        for (const pid of this.pids(action.key)) this.living.delete(pid);
        break;
      case 'publish':
        this.#publish(action.key, action.event, action.facts);
        break;
      case 'hook':
        this.#askHook(action);
        break;
      case 'watch_demand':
        this.demanded.add(action.key);
        break;
      case 'unwatch_demand':
        this.demanded.delete(action.key);
        break;
      case 'removed':
        this.demanded.delete(action.key);
        break;
      case 'finish':
        this.#answer(action.wait, { result: action.result });
        break;
      case 'fail':
        this.#answer(action.wait, { reason: action.reason });
        break;
      case 'end_strays':
        if (this.straysMs !== null) {
          this.later(this.straysMs, () => this.feed({ type: 'strays_gone' }));
        }
        break;
      case 'kill_strays':
        this.later(1, () => this.feed({ type: 'strays_gone' }));
        break;
      case 'end':
        this.hasEnded = true;
        break;
      case 'hup':
      case 'report':
        break;
      default:
        action satisfies never;
    }
  }

  #publish(key: string, event: string, facts: EventFacts): void {
    this.published.push({ at: this.now, key, event, facts });
  }

  #answer(wait: number, answer: Answer): void {
    if (this.answers.has(wait)) throw new Error(`command ${wait} is answered twice`);
    this.answers.set(wait, answer);
  }

  #spawn({ key, wid, ticket }: { key: string; wid: number; ticket: number }): void {
    this.#attempts += 1;
    const outcome = this.onSpawn(key, wid, this.#attempts);
    this.later(this.spawnMs, () => {
      const { random } = this;
      if ('isPermanent' in outcome) {
        this.feed({ type: 'spawn_failed', key, wid, ticket, ...outcome, random });
        return;
      }
      this.#lastPid += 1;
      const pid = this.#lastPid;
      // A process of a watcher that was removed with nostop in the meantime is on its own.
      const isKnown = this.state.watchers[key]?.slots.some(
        ({ process }) => process?.ticket === ticket,
      );
      if (isKnown) this.living.set(pid, { key, wid, ticket, pid, manners: outcome });
      if (outcome.lifeMs !== null) {
        this.later(outcome.lifeMs, () => this.die(pid, outcome.exitCode));
      }
      this.feed({ type: 'spawned', key, wid, ticket, pid, random });
    });
  }

  #awaitReady(ask: { key: string; wid: number; ticket: number; pid: number }): void {
    const { key, wid, ticket, pid } = ask;
    const readyMs = this.living.get(pid)?.manners.readyMs ?? null;
    if (readyMs === null) {
      const reason = 'connection refused';
      this.later(1, () => this.feed({ type: 'not_ready', key, wid, ticket, reason }));
      return;
    }
    this.later(readyMs, () => this.feed({ type: 'ready', key, wid, ticket }));
  }

  #watchLiveness(ask: { key: string; wid: number; ticket: number; pid: number }): void {
    const { key, wid, ticket, pid } = ask;
    const healthyMs = this.living.get(pid)?.manners.healthyMs ?? null;
    if (healthyMs === null) return;
    const reason = 'no answer';
    this.later(healthyMs, () => this.feed({ type: 'unhealthy', key, wid, ticket, reason }));
  }

  #signal({ pid, ticket }: { pid: number; ticket: number }, signum: number): void {
    const process = this.living.get(pid);
    if (process?.ticket !== ticket)
      throw new Error(`signal ${signum} to ${pid}, which does not live`);
    const delayMs = signum === sigkill ? this.killMs : process.manners.reactionMs;
    if (delayMs !== null) this.later(delayMs, () => this.die(pid, -signum));
  }

  #endRemains(ticket: number, ms: number): void {
    const remains = this.left.get(ticket);
    if (remains === undefined) throw new Error(`nothing is left of ticket ${ticket}`);
    this.later(ms, () => {
      if (!this.left.delete(ticket)) return;
      this.feed({ type: 'remains_gone', key: remains.key, ticket });
    });
  }

  #askHook({ key, hook, gate }: { key: string; hook: HookName; gate: number | null }): void {
    this.hooksAsked.push({ key, hook, gate, at: this.now });
    if (gate === null) return;
    const answer = this.onHook(key, hook);
    if (answer === null) return;
    const { isPassed, afterMs } = answer;
    this.later(afterMs, () => this.feed({ type: 'verdict', key, gate, isPassed }));
  }
}
