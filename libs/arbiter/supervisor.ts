/**
 * Runs the core: performs its actions in order and tells it what happened. Everything that reaches
 * the kernel about a worker goes through here.
 */
import type { WatcherConfig } from '#libs/config';
import {
  becomeSubreaper,
  type CommandRequest,
  type CommandResult,
  chainedPids,
  EmbeddedReaper,
  type ExitRecord,
  isAlive,
  isPassing,
  keepChildLookup,
  noteChain,
  type ProcessIdentity,
  Reaper,
  runCommand,
  type SpawnRequest,
  sendSignal,
  spawnProcess,
} from '#libs/native';
import type { EventName } from '#libs/protocol';
import {
  type Action,
  type CommandEvent,
  type CoreEvent,
  type DaemonState,
  initialState,
  isLetGo,
  nextDeadline,
  pendingGates,
  rebase,
  resume,
  step,
  type WaitResult,
  type WatcherRecord,
  type WatcherRules,
} from '#libs/supervision';
import type { Baggage } from './baggage.ts';
import { clockOriginMs, epochSeconds, monotonicMs } from './clock.ts';
import type { EventLog } from './event-log.ts';
import { killWorker, stopWorker } from './families.ts';
import { HealthWatch, type SavedHealth } from './health-watch.ts';
import type { Hooks } from './hooks.ts';
import { Leftovers, type SavedLeftovers } from './leftovers.ts';
import { spawnWorker } from './spawn-worker.ts';
import { WaitingRoom } from './waiting-room.ts';
import type { LineListener, WatcherOutputs } from './watcher-outputs.ts';
import { WorkQueue } from './work-queue.ts';
import type { Worker } from './worker.ts';
import type { HealthListener } from './worker-health.ts';
import type { WorkerSockets } from './worker-sockets.ts';

const SIGHUP = 1;
const SIGKILL = 9;
const SIGTERM = 15;

/** How long a scan of all processes is good for, on kernels that need one. Milliseconds. */
const lookupKeptMs = 100;

/** A timer that is never asked for less than this fires early and finds nothing due. */
const longestTimerMs = 2 ** 31 - 1;

/** Where the supervisor tells what it does. */
export interface SupervisorLog {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** What processes have to do with managed sockets. */
export interface SocketSource {
  /** What a process is given. @throws SpawnError a socket cannot be had */
  forWorker(key: string, wid: number): WorkerSockets;
  /** Reports, once, when a watcher's sockets have something to read. */
  watchDemand(key: string): void;
  unwatchDemand(key: string): void;
  /** Slots may be gone. */
  settle(): void;
}

/** What the supervisor needs from its owner. */
export interface SupervisorOptions {
  readonly log: SupervisorLog;
  readonly events: EventLog;
  /** Pause between two watchers that are started one after another, in milliseconds. */
  readonly warmupDelayMs: number;
  /** The configuration of a watcher that exists in the core. */
  readonly configOf: (key: string) => WatcherConfig;
  readonly sockets: SocketSource;
  readonly outputs: Pick<WatcherOutputs, 'spawn' | 'drain' | 'stopped'>;
  readonly hooks: Pick<Hooks, 'ask' | 'idle'>;
  /** Part of another program, whose children, limits and umask are its own matter. */
  readonly isEmbedded: boolean;
  /** A watcher is gone. */
  readonly onRemoved: (key: string) => void;
  /** Nothing is left and every command has its answer. */
  readonly onEnd: () => void;
}

/** Supervision as the next program of this process goes on with it. */
export interface SavedSupervisor {
  readonly core: DaemonState;
  /** Of the clock that the points in time of `core` are of: `clockOriginMs`. */
  readonly clockOrigin: number;
  /** Actions that were ordered and not performed. */
  readonly queue: readonly Action[];
  /** The highest number that a waiting command was given. */
  readonly lastWait: number;
  readonly workers: readonly Worker[];
  readonly released: readonly Worker[];
  readonly releasedTickets: readonly number[];
  /** Reaped, and the core does not know yet. */
  readonly ended: readonly EndedWorker[];
  readonly leftovers: SavedLeftovers;
  readonly health: readonly SavedHealth[];
  /** Pids of those that became their command, or will, through other programs. */
  readonly chained: readonly number[];
}

interface EndedWorker {
  readonly worker: Worker;
  readonly exit: ExitRecord;
}

type UntimedEvent = CoreEvent extends infer E
  ? E extends CoreEvent
    ? Omit<E, 'now'>
    : never
  : never;
type UnnumberedCommand = CommandEvent extends infer E
  ? E extends CommandEvent
    ? Omit<E, 'wait'>
    : never
  : never;

/** A command that was given to the core. */
export interface Order {
  readonly wait: number;
  /** Settled when its work is finished or has failed. */
  readonly answer: Promise<WaitResult>;
}

type Performers = {
  readonly [T in Action['type']]: (action: Extract<Action, { type: T }>) => void;
};

/** Keeps processes as the core wants them. */
export class Supervisor {
  #state: DaemonState;
  readonly #options: SupervisorOptions;
  readonly #reaper: Reaper | EmbeddedReaper;
  readonly #waits = new WaitingRoom();
  readonly #health = new HealthWatch({
    runCommand: (request) => this.runCommand(request),
    warn: (text) => this.#options.log.warn(text),
  });
  readonly #queue = new WorkQueue<Action>(
    (action) => this.#perform(action),
    () => {
      this.#setTimer();
      this.#options.sockets.settle();
    },
  );
  readonly #workers = new Map<number, Worker>();
  /** Pids that were given up by `rm --nostop`: not ours, and no strays. */
  readonly #released = new Map<number, Worker>();
  /** By ticket: until their output is written, or it is known what they have left. */
  readonly #ended = new Map<number, EndedWorker>();
  /** What they have started is no more ours than they are, even when they are gone. */
  readonly #releasedTickets = new Set<number>();
  /** Pids of circusd's own children that are no workers, and no strays. */
  readonly #helpers = new Set<number>();
  readonly #lookup = keepChildLookup(lookupKeptMs);
  readonly #leftovers = new Leftovers({
    // The program that embeds us has children of its own, and orphans do not come to it.
    isWorker: (pid) =>
      this.#options.isEmbedded ||
      this.#workers.has(pid) ||
      this.#released.has(pid) ||
      this.#helpers.has(pid) ||
      (this.#sparesHooks && this.#reaper.isWatched(pid)),
    isSpared: (ticket) => this.#releasedTickets.has(ticket) || this.#isLiving(ticket),
    lookup: this.#lookup,
    onRemainsGone: ({ key, ticket }) => this.#feed({ type: 'remains_gone', key, ticket }),
    onStraysGone: () => this.#feed({ type: 'strays_gone' }),
  });
  #timer: NodeJS.Timeout | undefined;
  /** Hooks that run are no strays, until there is no more patience with anybody. */
  #sparesHooks = true;
  #endNow: () => void = () => undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#reaper = options.isEmbedded ? new EmbeddedReaper() : new Reaper();
    this.#state = initialState(monotonicMs(), options.warmupDelayMs);
  }

  /** Of the core, which alone changes it. */
  get state(): DaemonState {
    return this.#state;
  }

  /** Changes nothing. */
  handOver(baggage: Baggage): SavedSupervisor {
    return {
      core: this.state,
      clockOrigin: clockOriginMs(),
      queue: this.#queue.waiting,
      lastWait: this.#waits.lastNumber,
      workers: [...this.#workers.values()],
      released: [...this.#released.values()],
      releasedTickets: [...this.#releasedTickets],
      ended: [...this.#ended.values()],
      leftovers: this.#leftovers.handOver(),
      health: this.#health.handOver(baggage),
      chained: chainedPids(),
    };
  }

  /** To be called once, and `goOn` after it, instead of `start`. */
  takeOver(
    { core, clockOrigin, ...saved }: SavedSupervisor,
    rulesOf: (key: string) => WatcherRules,
  ): void {
    rebase(core, core.clock + clockOrigin - clockOriginMs());
    for (const watcher of Object.values(core.watchers)) watcher.rules = rulesOf(watcher.key);
    this.#state = core;
    this.#waits.continueAfter(saved.lastWait);
    for (const worker of saved.workers) this.#workers.set(worker.identity.pid, worker);
    for (const worker of saved.released) this.#released.set(worker.identity.pid, worker);
    for (const ticket of saved.releasedTickets) this.#releasedTickets.add(ticket);
    for (const pid of saved.chained) noteChain(pid);
    for (const health of saved.health) this.#takeOverHealth(health);
  }

  /** Does what was ordered before, and collects those that have died meanwhile. */
  goOn({ queue, ended, leftovers }: SavedSupervisor): void {
    this.#queue.push(queue);
    this.#leftovers.takeOver(leftovers);
    for (const { worker, exit } of ended) this.#tellOfExit(worker, exit);
    this.start();
    this.#queue.push(resume(this.state).filter(isStanding));
    // A hook has run; only its answer was lost.
    for (const { key, gate } of pendingGates(this.state)) {
      this.#feed({ type: 'verdict', key, gate, isPassed: true });
    }
    this.#feed({ type: 'tick' });
  }

  /** What a process writes is looked at when its readiness shows there. */
  lineListenerOf(pid: number): LineListener | undefined {
    const worker = this.#workers.get(pid);
    return worker === undefined ? undefined : this.#health.onLinesOf(worker.ticket);
  }

  /** Waits for a command that was given before: the number is of `order`. */
  awaitOrder(wait: number): Promise<WaitResult> {
    return this.#waits.enterAgain(wait);
  }

  /** Begins to collect deaths. To be called once, before the first command. */
  start(): void {
    if (!this.#options.isEmbedded) becomeSubreaper();
    this.#reaper.start((exit) => this.#onExit(exit));
  }

  /** Runs a command to its end: its death is nobody else's. */
  runCommand(request: CommandRequest): Promise<CommandResult> {
    const { isEmbedded } = this.#options;
    return runCommand(this.#reaper, { ...request, isEmbedded });
  }

  /** Gives a command to the core; the promise is settled when its work is finished or has failed. */
  command(command: UnnumberedCommand): Promise<WaitResult> {
    return this.order(command).answer;
  }

  /** As `command`, with the number by which the next program of this process can wait for it. */
  order(command: UnnumberedCommand): Order {
    if (command.type === 'quit') this.#endNow();
    const { wait, answer } = this.#waits.enter();
    this.#feed({ ...command, wait } as UntimedEvent);
    return { wait, answer };
  }

  /** Looks for deaths and deadlines that went unnoticed. */
  pass(): void {
    this.#reaper.sweep();
    this.#feed({ type: 'tick' });
  }

  /** Pauses this long between two watchers that are started one after another. */
  setPace(warmupDelayMs: number): void {
    this.#feed({ type: 'pace', warmupDelayMs });
  }

  /** A socket of a dormant watcher has something to read. */
  demand(key: string): void {
    this.#feed({ type: 'demand', key });
  }

  /** The live processes of a watcher. */
  workersOf(key: string): Worker[] {
    return [...this.#workers.values()].filter((worker) => worker.key === key);
  }

  /** Processes below circusd of which nobody knows whose they are. */
  strays(): ProcessIdentity[] {
    return this.#leftovers.strays();
  }

  /**
   * Starts a child that is no worker and ends with circusd. `onExit` is told of its death, unless it
   * outlives the last worker.
   */
  startHelper(request: SpawnRequest, onExit: (exit: ExitRecord) => void): ProcessIdentity {
    const identity = spawnProcess(request);
    this.#helpers.add(identity.pid);
    this.#reaper.watch(identity.pid, (exit) => {
      this.#helpers.delete(exit.pid);
      onExit(exit);
    });
    return identity;
  }

  /** Stops every timer. Processes that still run are left alone. */
  close(): void {
    clearTimeout(this.#timer);
    this.#health.close();
    this.#leftovers.close();
    this.#reaper.stop();
  }

  #feed(event: UntimedEvent): void {
    this.#queue.push(step(this.state, { ...event, now: monotonicMs() } as CoreEvent));
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const deadline = nextDeadline(this.state);
    if (deadline === null) return;
    const delayMs = Math.min(Math.max(0, Math.ceil(deadline - monotonicMs())), longestTimerMs);
    this.#timer = setTimeout(() => this.#feed({ type: 'tick' }), delayMs);
  }

  #perform(action: Action): void {
    const perform = this.#performers[action.type] as (action: Action) => void;
    try {
      perform(action);
    } catch (error) {
      // Our own fault. One action fails loudly; supervision goes on.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.log.error(`action ${action.type} failed: ${text}`);
    }
  }

  readonly #performers: Performers = {
    spawn: (action) => this.#spawn(action),
    signal: ({ key, ...signal }) => {
      const worker = this.#findWorker(signal);
      if (worker === undefined) return;
      this.#health.rest(worker.ticket);
      this.#publishKills(key, stopWorker(worker, signal, this.#lookup()));
    },
    hup: (target) => {
      const worker = this.#findWorker(target);
      if (worker !== undefined) sendSignal(worker.identity, SIGHUP);
    },
    kill_tree: ({ key, ...target }) => {
      const worker = this.#findWorker(target);
      if (worker === undefined) return;
      this.#health.rest(worker.ticket);
      this.#publishKills(key, killWorker(worker, this.#lookup()));
    },
    end_remains: ({ ticket, signum }) => this.#leftovers.signalRemains(ticket, signum),
    kill_remains: ({ ticket }) => this.#leftovers.signalRemains(ticket, SIGKILL),
    release: ({ key }) => {
      for (const [ticket, { worker }] of this.#ended) {
        if (worker.key === key) this.#ended.delete(ticket);
      }
      for (const worker of this.workersOf(key)) this.#release(worker);
      this.#leftovers.disown(key);
    },
    publish: ({ key, event, facts }) => this.#publish(key, event, facts),
    report: ({ level, text }) => this.#options.log[level](text),
    removed: ({ key }) => this.#options.onRemoved(key),
    finish: ({ wait, result }) => this.#waits.finish(wait, result),
    fail: ({ wait, reason }) => this.#waits.fail(wait, reason),
    end_strays: () => this.#endStrays(SIGTERM),
    kill_strays: () => this.#killStrays(),
    end: () => void this.#end(),
    watch_demand: ({ key }) => this.#options.sockets.watchDemand(key),
    unwatch_demand: ({ key }) => this.#options.sockets.unwatchDemand(key),
    await_ready: ({ ticket }) => this.#health.awaitReady(ticket),
    watch_liveness: ({ ticket }) => this.#health.watchLiveness(ticket),
    hook: (action) => this.#askHook(action),
  };

  /** after_stop may still have something to do: one more quit does not wait for it. */
  async #end(): Promise<void> {
    const hurried = new Promise<void>((hurry) => {
      this.#endNow = hurry;
    });
    if (this.#sparesHooks) await Promise.race([this.#options.hooks.idle(), hurried]);
    this.#killStrays();
    this.close();
    this.#options.onEnd();
  }

  #askHook({ key, hook, gate, facts }: Extract<Action, { type: 'hook' }>): void {
    void this.#options.hooks.ask(key, hook, facts).then((isPassed) => {
      if (gate !== null) this.#feed({ type: 'verdict', key, gate, isPassed });
    });
  }

  #spawn({ key, wid, ticket }: Extract<Action, { type: 'spawn' }>): void {
    const random = Math.random();
    const spawnedAt = epochSeconds();
    try {
      const identity = this.#start({ key, wid, ticket });
      const { pid } = identity;
      this.#reaper.watch(pid);
      this.#workers.set(pid, {
        key,
        wid,
        ticket,
        identity,
        spawnedAt,
        isSignalled: false,
        family: [],
      });
      this.#feed({ type: 'spawned', key, wid, ticket, pid, random });
    } catch (error) {
      const reason = shorten(error instanceof Error ? error.message : String(error));
      const isPermanent = !isPassing(error);
      this.#options.log.error(`cannot spawn a ${this.#nameOf(key)} process: ${reason}`);
      this.#feed({ type: 'spawn_failed', key, wid, ticket, isPermanent, reason, random });
    }
  }

  #start(place: { key: string; wid: number; ticket: number }): ProcessIdentity {
    const { key, wid, ticket } = place;
    const { isEmbedded } = this.#options;
    const config = this.#options.configOf(key);
    const sockets = this.#options.sockets.forWorker(key, wid);
    const listener = this.#healthListener(place);
    const health = this.#health.prepare(config, { wid, ticket, sockets }, listener);
    try {
      const identity = this.#options.outputs.spawn(
        key,
        wid,
        (outputs) =>
          spawnWorker(config, place, { sockets, outputs, reporting: health, isEmbedded }),
        health?.onLines,
      );
      if (health !== undefined) this.#health.begin(ticket, health, identity);
      return identity;
    } catch (error) {
      health?.close();
      throw error;
    }
  }

  #healthListener(place: { key: string; wid: number; ticket: number }): HealthListener {
    return {
      ready: () => this.#feed({ type: 'ready', ...place }),
      notReady: (reason) => this.#feed({ type: 'not_ready', ...place, reason }),
      unhealthy: (reason) => this.#feed({ type: 'unhealthy', ...place, reason }),
    };
  }

  #takeOverHealth(saved: SavedHealth): void {
    const worker = [...this.#workers.values()].find(({ ticket }) => ticket === saved.ticket);
    if (worker === undefined) return;
    const { key, wid, ticket, identity } = worker;
    const listener = this.#healthListener({ key, wid, ticket });
    this.#health.takeOver(saved, { config: this.#options.configOf(key), wid, identity }, listener);
  }

  /** What the processes of a watcher say of themselves (STATUS=), by pid. */
  messagesOf(key: string): Record<string, string> {
    const said = this.workersOf(key).map(({ identity, ticket }) => {
      return [String(identity.pid), this.#health.statusText(ticket)] as const;
    });
    return Object.fromEntries(said.filter(([, text]) => text !== ''));
  }

  #onExit(exit: ExitRecord): void {
    const { pid } = exit;
    this.#leftovers.reaped(pid);
    const released = this.#released.get(pid);
    if (released !== undefined) void this.#options.outputs.drain(released.key, pid);
    this.#released.delete(pid);
    const worker = this.#workers.get(pid);
    if (worker === undefined) return;
    this.#workers.delete(pid);
    this.#health.forget(worker.ticket);
    this.#tellOfSilentDeath(worker);
    this.#ended.set(worker.ticket, { worker, exit });
    const drained = this.#options.outputs.drain(worker.key, pid);
    if (drained === undefined) this.#tellOfExit(worker, exit);
    else void drained.then(() => this.#tellOfExit(worker, exit));
  }

  #tellOfExit(worker: Worker, exit: ExitRecord): void {
    const { key, wid, ticket, isSignalled } = worker;
    const slot = this.state.watchers[key]?.slots.find((candidate) => candidate.wid === wid);
    if (slot?.process?.ticket !== ticket) {
      // `rm --nostop` came meanwhile: what is left is nobody's.
      this.#ended.delete(ticket);
      return;
    }
    const tell = (hasRemains: boolean): void => this.#feedExit(worker, exit, hasRemains);
    if (isSignalled) this.#leftovers.find(worker, tell);
    else {
      // The replacement does not wait until it is known whether there are any.
      this.#leftovers.take(worker);
      tell(true);
    }
  }

  #feedExit({ key, wid, ticket }: Worker, exit: ExitRecord, hasRemains: boolean): void {
    this.#ended.delete(ticket);
    const exitCode = exit.exitCode ?? -(exit.signal ?? 0);
    const failure = exit.failedBeforeExec
      ? 'limits or user could not be set before the command'
      : null;
    const random = Math.random();
    this.#feed({ type: 'exited', key, wid, ticket, exitCode, hasRemains, failure, random });
  }

  /**
   * No reap tells of a worker that is let go. When it dies before its signal was sent, because much
   * else was to be done first, nothing would tell of it but this.
   */
  #tellOfSilentDeath({ key, wid, ticket, identity, isSignalled }: Worker): void {
    const record = this.state.watchers[key];
    if (isSignalled || record === undefined || !isLetGo(record, wid, ticket)) return;
    const facts = { process_pid: identity.pid };
    this.#queue.push([{ type: 'publish', key, event: 'kill', facts }]);
  }

  #killStrays(): void {
    this.#sparesHooks = false;
    this.#endStrays(SIGKILL);
  }

  #endStrays(signum: number): void {
    const count = this.#leftovers.endStrays(signum, this.state.phase === 'sweeping');
    if (count === 0) return;
    this.#options.log.warn(`stray processes are left: ${count}; they get signal ${signum}`);
  }

  #isLiving(ticket: number): boolean {
    return [...this.#workers.values()].some((worker) => worker.ticket === ticket);
  }

  #release(worker: Worker): void {
    const { pid } = worker.identity;
    this.#releasedTickets.add(worker.ticket);
    if (!isAlive(worker.identity)) return;
    this.#workers.delete(pid);
    this.#health.forget(worker.ticket);
    this.#released.set(pid, worker);
  }

  /** The very process that was meant: its pid may have been given to another since. */
  #findWorker({ pid, ticket }: { pid: number; ticket: number }): Worker | undefined {
    const worker = this.#workers.get(pid);
    return worker?.ticket === ticket ? worker : undefined;
  }

  #publish(
    key: string,
    event: EventName,
    facts: Extract<Action, { type: 'publish' }>['facts'],
  ): void {
    const name = this.#nameOf(key);
    const pid = facts['process_pid'];
    const worker =
      event === 'spawn' && typeof pid === 'number' ? this.#workers.get(pid) : undefined;
    this.#options.events.publish(name, event, facts, worker?.spawnedAt ?? epochSeconds());
    this.#tell(name, event, facts);
    if (event === 'stop') this.#options.outputs.stopped(key);
  }

  #publishKills(key: string, pids: readonly number[]): void {
    for (const pid of pids) this.#publish(key, 'kill', { process_pid: pid });
  }

  #tell(
    name: string,
    event: EventName,
    facts: Extract<Action, { type: 'publish' }>['facts'],
  ): void {
    const { log } = this.#options;
    const { process_pid: pid, exit_code: code, backoff, reason } = facts;
    if (event === 'spawn') log.info(`running ${name} process [pid ${pid}]`);
    else if (event === 'start') log.info(`${name} started`);
    else if (event === 'stop') log.info(`${name} stopped`);
    else if (event === 'ready') log.info(`${name} process [pid ${pid}] is ready`);
    else if (event === 'reload_started') log.info(`${name} is reloaded`);
    else if (event === 'reload') log.info(`${name} has been reloaded`);
    else if (event === 'kill') log.debug(`sent a signal to ${name} process [pid ${pid}]`);
    else if (event === 'reap') {
      const pause = Number(backoff) > 0 ? `, replaced in ${Number(backoff).toFixed(1)} s` : '';
      const cause = reason === null ? '' : ` (${reason})`;
      const ending = `ended with ${describeExit(Number(code))}${cause}`;
      log.info(`${name} process [pid ${pid}] ${ending}${pause}`);
    }
  }

  #nameOf(key: string): string {
    const record: WatcherRecord | undefined = this.state.watchers[key];
    return record?.name ?? key;
  }
}

/** What has no end of its own. All other actions that are due are in the queue. */
function isStanding({ type }: Action): boolean {
  return type === 'watch_demand' || type === 'await_ready' || type === 'watch_liveness';
}

/** A reason quotes what could not be run; logs and ten thousand events are not to hold all of it. */
function shorten(reason: string): string {
  return reason.length > 1_000 ? `${reason.slice(0, 997)}...` : reason;
}

function describeExit(code: number): string {
  return code < 0 ? `signal ${-code}` : `exit code ${code}`;
}
