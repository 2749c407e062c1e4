/** The arbiter: all watchers of one daemon, and what commands do to them. */
import {
  type CircusConfig,
  type ConfigPlan,
  checkWatcherOption,
  circusTable,
  createWatcherConfig,
  defaultWatcherOptions,
  endpointVariables,
  isTouched,
  planChanges,
  requireConsistent,
  requireDependencies,
  requireSockets,
  type SocketConfig,
  setWatcherOption,
  type WatcherConfig,
} from '#libs/config';
import {
  type ActivatedSocket,
  type CommandRequest,
  type CommandResult,
  childrenOf,
  type ProcessIdentity,
} from '#libs/native';
import { defaultValues } from '#libs/options';
import { ProcessMeter } from '#libs/process-info';
import {
  type AddRequest,
  CircusError,
  type Controller,
  type EventReplay,
  type GlobalOptions,
  type Json,
  type JsonObject,
  type KillRequest,
  type LogReply,
  type LogRequest,
  type Operation,
  type ProcessView,
  type ReplyBody,
  type Selection,
  type SignalRequest,
  type SocketView,
  type UpgradeRequest,
  type WatcherView,
} from '#libs/protocol';
import type { EventFacts } from '#libs/supervision';
import type { Baggage, Unpack } from './baggage.ts';
import { epochSeconds, monotonicMs } from './clock.ts';
import { describePlan } from './describe-plan.ts';
import { requireOwner } from './endpoint-owner.ts';
import { type EventListener, EventLog, type SavedEvents } from './event-log.ts';
import { Hooks } from './hooks.ts';
import { type LogChannel, noLogChannel } from './log-channel.ts';
import type { PreparedSockets } from './managed-sockets.ts';
import { Pace } from './pace.ts';
import { type ReplyShape, readParkedWork, replyOf } from './reply-shapes.ts';
import { rulesOf } from './rules-of.ts';
import { signalWorkers } from './signalling.ts';
import { type Order, type SavedSupervisor, Supervisor, type SupervisorLog } from './supervisor.ts';
import { type SavedLogs, WatcherLogs } from './watcher-logs.ts';
import { requireStreams, type SavedOutputs, WatcherOutputs } from './watcher-outputs.ts';
import { type SavedSockets, WatcherSockets } from './watcher-sockets.ts';
import { viewWatcher } from './watcher-view.ts';
import type { Worker } from './worker.ts';

/** setInterval takes no more: what is longer fires every millisecond. */
const longestTimerMs = 2 ** 31 - 1;

/** What an arbiter is made from. */
export interface ArbiterOptions {
  readonly version: string;
  readonly config: CircusConfig;
  /** Reads the configuration again for an unnamed restart; throws what is to be told. */
  readonly reread: () => CircusConfig;
  readonly log: SupervisorLog;
  /** The words that run the hook host, which calls the JavaScript functions that hooks name. */
  readonly hookHost?: readonly string[];
  /** Told of every event, in order. */
  readonly onEvent: EventListener;
  /** The words that run a stream class of the user in JavaScript; its file and name follow. */
  readonly streamHost?: readonly string[];
  /** Where live output is published; nowhere without it. */
  readonly logChannel?: LogChannel;
  /**
   * The arbiter is part of another program (manual 5.9): nothing of the process that all of the
   * program feels is touched, and no death is collected but those of the arbiter's own processes.
   */
  readonly isEmbedded?: boolean;
  /** Replaces the program; without it there is no way. */
  readonly upgrade?: (request: UpgradeRequest) => Promise<ReplyBody>;
}

/** All watchers as the next program of this process goes on with them. */
export interface SavedArbiter {
  /** Of that program. */
  readonly generation: number;
  readonly config: CircusConfig;
  /** By key, with all that was set at run time. */
  readonly configs: readonly (readonly [key: string, config: WatcherConfig])[];
  readonly events: SavedEvents;
  readonly sockets: SavedSockets;
  readonly outputs: SavedOutputs;
  readonly logs: SavedLogs;
  /** Names the numbering of log positions. */
  readonly instance: string;
  readonly supervisor: SavedSupervisor;
}

/** Supervises every watcher of a configuration, and answers commands. */
export class Arbiter implements Controller {
  readonly version: string;
  #generation = 1;
  readonly pid = process.pid;
  upgradeFailure: string | null = null;
  /** Settles when nothing is left. */
  readonly ended: Promise<void>;
  readonly #options: ArbiterOptions;
  readonly #events: EventLog;
  readonly #supervisor: Supervisor;
  readonly #sockets: WatcherSockets;
  readonly #outputs: WatcherOutputs;
  readonly #hooks: Hooks;
  readonly #logs: WatcherLogs;
  #instance = `${process.pid}-${Date.now()}`;
  readonly #meter = new ProcessMeter();
  readonly #pace = new Pace();
  readonly #configs = new Map<string, WatcherConfig>();
  #config: CircusConfig;
  #isRestarting = false;
  #areSocketsOpen = false;
  #passTimer: NodeJS.Timeout | undefined;

  constructor(options: ArbiterOptions) {
    this.version = options.version;
    this.#options = options;
    this.#config = options.config;
    this.#events = new EventLog(options.onEvent);
    const { promise, resolve } = promiseWithResolver();
    this.ended = promise;
    this.#sockets = new WatcherSockets({
      configOf: (key) => this.#requireConfig(key),
      state: () => this.#supervisor.state,
      onDemand: (key) => this.#supervisor.demand(key),
      warn: (text) => options.log.warn(text),
    });
    this.#logs = new WatcherLogs({
      channel: options.logChannel ?? noLogChannel,
      keys: () => this.#keys(),
      has: (key) => this.#configs.has(key),
      nameOf: (key) => this.#requireConfig(key).name,
      ringBytesOf: (key) => this.#requireConfig(key).options.log_ring,
      pathsOf: (key) => this.#outputs.pathsOf(key),
    });
    this.#outputs = new WatcherOutputs({
      logs: this.#logs,
      hosts: {
        start: (request, onExit) => this.#supervisor.startHelper(request, onExit),
        runner: options.streamHost ?? [],
        env: definedIn(process.env),
      },
      configOf: (key) => this.#requireConfig(key),
      publish: (name, event, facts) => this.#events.publish(name, event, facts, epochSeconds()),
      log: options.log,
    });
    this.#hooks = new Hooks({
      configOf: (key) => this.#requireConfig(key),
      runCommand: (request) => this.#supervisor.runCommand(request),
      host: options.hookHost ?? [],
      environment: () => endpointVariables(this.#config.circus),
      publish: (name, event, facts) => this.#events.publish(name, event, facts, epochSeconds()),
      warn: (text) => options.log.warn(text),
    });
    this.#supervisor = new Supervisor({
      log: options.log,
      events: this.#events,
      warmupDelayMs: options.config.circus.warmup_delay * 1_000,
      configOf: (key) => this.#requireConfig(key),
      sockets: this.#sockets,
      outputs: this.#outputs,
      hooks: this.#hooks,
      isEmbedded: options.isEmbedded ?? false,
      onRemoved: (key) => {
        this.#outputs.removed(key);
        this.#logs.removed(key);
        this.#sockets.unwatchDemand(key);
        // A successor of the same name may have come since, and its configuration with it.
        if (this.#supervisor.state.watchers[key] === undefined) this.#configs.delete(key);
      },
      onEnd: () => {
        clearInterval(this.#passTimer);
        this.closeSockets();
        void this.#outputs.close().then(resolve);
      },
    });
  }

  /** Starts every watcher with autostart, highest priority first; resolves when all have started. */
  async run(): Promise<void> {
    if (!this.#areSocketsOpen) this.openSockets();
    this.#supervisor.start();
    this.#passEvery(this.#config.circus.check_delay);
    await this.#startConfigured();
  }

  /**
   * Binds the managed sockets, or takes those that this process was started with. `run` does it when
   * it was not done before.
   *
   * @throws SocketsRefused some cannot be had; then none is open
   */
  openSockets(activated: readonly ActivatedSocket[] = []): void {
    this.#sockets.open(this.#config.sockets, activated);
    this.#areSocketsOpen = true;
    if (this.#config.sockets.length > 0) this.#options.log.info('sockets started');
  }

  /** Looks for deaths and deadlines that went unnoticed, as every `check_delay`. */
  pass(): void {
    this.#supervisor.pass();
  }

  /**
   * Publishes an event of the caller's own about a watcher (manual 5.9.2 "notify_event").
   *
   * @throws CircusError `not_found`
   */
  notifyEvent(key: string, event: string, facts: EventFacts): void {
    const { name } = this.#requireWatcher(key);
    this.#events.publish(name, event, facts, epochSeconds());
  }

  /** Closes them and removes their files. At the end it happens by itself. */
  closeSockets(): void {
    this.#sockets.close();
  }

  /** Counts the programs that this process has been. */
  get generation(): number {
    return this.#generation;
  }

  /** Output is queued and not written until `releaseOutput`; resolves when no write is under way. */
  async holdOutput(): Promise<void> {
    await this.#outputs.hold();
  }

  releaseOutput(): void {
    this.#outputs.release();
  }

  /**
   * Writes down all that the next program of this process needs. Changes nothing; what is handed over
   * holds for this moment, and exactly while output is held.
   */
  handOver(baggage: Baggage): SavedArbiter {
    return {
      generation: this.#generation + 1,
      config: this.#config,
      configs: [...this.#configs],
      events: this.#events.handOver(),
      sockets: this.#sockets.handOver(baggage),
      outputs: this.#outputs.handOver(baggage),
      logs: this.#logs.handOver(baggage),
      instance: this.#instance,
      supervisor: this.#supervisor.handOver(baggage),
    };
  }

  /**
   * Takes everything over, descriptors too. To be called once, on a new arbiter; `goOn` after it is
   * instead of `run`.
   */
  takeOver(saved: SavedArbiter, unpack: Unpack): void {
    this.#generation = saved.generation;
    this.#instance = saved.instance;
    const { circus, ...config } = saved.config;
    // Options that this program has and the one before had not.
    this.#config = { ...config, circus: { ...defaultValues(circusTable), ...circus } };
    for (const [key, config] of saved.configs) {
      const options = { ...defaultWatcherOptions(), ...config.options };
      this.#configs.set(key, { ...config, options });
    }
    this.#events.takeOver(saved.events);
    this.#sockets.takeOver(saved.sockets);
    this.#areSocketsOpen = true;
    this.#supervisor.takeOver(saved.supervisor, (key) => rulesOf(this.#requireConfig(key)));
    this.#outputs.takeOver(saved.outputs, unpack, (pid) => this.#supervisor.lineListenerOf(pid));
    this.#logs.takeOver(saved.logs, unpack);
  }

  /** Supervises again. Whoever waits for a command by `awaitAgain` has to do so before. */
  goOn({ supervisor }: SavedArbiter): void {
    this.#supervisor.goOn(supervisor);
    this.#passEvery(this.#config.circus.check_delay);
  }

  /** Whether it was told to end. */
  get isEnding(): boolean {
    return this.#supervisor.state.phase !== 'running';
  }

  get globalOptions(): GlobalOptions {
    const { endpoint, stats_endpoint, pubsub_endpoint, check_delay, multicast_endpoint } =
      this.#config.circus;
    return { endpoint, stats_endpoint, pubsub_endpoint, check_delay, multicast_endpoint };
  }

  watchers(): readonly WatcherView[] {
    return this.#keys().map((key) => this.#requireWatcher(key));
  }

  findWatcher(key: string): WatcherView | undefined {
    const { state } = this.#supervisor;
    const record = state.watchers[key];
    const config = this.#configs.get(key);
    if (record === undefined || config === undefined) return undefined;
    const messagesOf = (watcher: string) => this.#supervisor.messagesOf(watcher);
    const surroundings = { state, messagesOf, outputs: this.#outputs };
    return viewWatcher(surroundings, record, config, monotonicMs());
  }

  /** The live processes of a watcher, oldest first; none when there is no such watcher. */
  workersOf(key: string): readonly Worker[] {
    return this.#supervisor.workersOf(key);
  }

  async processes(key: string, pid?: number): Promise<readonly ProcessView[]> {
    this.#requireWatcher(key);
    const workers = this.#supervisor
      .workersOf(key)
      .filter(({ identity }) => pid === undefined || identity.pid === pid);
    const views: ProcessView[] = [];
    for (const worker of workers) {
      await this.#pace.breathe();
      views.push(this.#describeWorker(worker));
    }
    return views;
  }

  extendStats(key: string, pid: number, stats: JsonObject): Promise<JsonObject> {
    return this.#hooks.extendStats(key, pid, stats);
  }

  describeSelf(): JsonObject {
    const children = this.#describeAll(this.#supervisor.strays());
    return { ...this.#meter.describe(this.pid), children };
  }

  #describeAll(processes: readonly ProcessIdentity[]): JsonObject[] {
    return processes
      .map(({ pid }) => this.#meter.describe(pid))
      .filter((description) => description !== undefined);
  }

  #describeWorker({ identity: { pid }, wid, spawnedAt }: Worker): ProcessView {
    const children = this.#describeAll(childrenOf(pid));
    return {
      pid,
      wid,
      started: spawnedAt,
      age: Math.max(0, epochSeconds() - spawnedAt),
      info: this.#meter.describe(pid) ?? null,
      children,
    };
  }

  start(selection: Selection): Operation {
    this.#requireReady();
    const keys = this.#resolve(selection);
    const isOne = selection.kind === 'one';
    const work = this.#supervisor.order({ type: 'start', keys, isOne });
    return operation([work], isOne ? 'started' : 'nothing');
  }

  stop(selection: Selection): Operation {
    this.#requireReady();
    const keys = this.#resolve(selection);
    const isOne = selection.kind === 'one';
    const work = this.#supervisor.order({ type: 'stop', keys, isOne });
    return operation([work], isOne ? 'stopped' : 'nothing');
  }

  restart(selection: Selection): Operation {
    this.#requireReady();
    if (selection.kind === 'all') return { reply: {}, done: this.#restartAll() };
    const keys = this.#resolve(selection);
    const isOne = selection.kind === 'one';
    const work = this.#supervisor.order({ type: 'restart', keys, isOne });
    return operation([work], isOne ? 'replaced' : 'nothing');
  }

  reload(selection: Selection, how: { graceful: boolean; sequential: boolean }): Operation {
    if (!how.graceful) return this.restart(selection);
    this.#requireReady();
    const keys = this.#resolve(selection);
    const isOne = selection.kind === 'one';
    const kind = how.sequential ? 'sequential' : 'graceful';
    const work = this.#supervisor.order({ type: 'reload', keys, isOne, how: kind });
    return operation([work], isOne ? 'replaced' : 'nothing');
  }

  abortReload(selection: Selection): Operation {
    this.#requireReady();
    const keys = this.#resolve(selection);
    return operation([this.#supervisor.order({ type: 'abort', keys })], 'nothing');
  }

  add({ name, cmd, args, options, start }: AddRequest): Operation {
    this.#requireReady();
    const config = createWatcherConfig(name, cmd, args, options);
    requireOwner(this.#config.circus, config);
    requireStreams(config);
    const key = name.toLowerCase();
    if (this.#lastingKeys().includes(key)) {
      throw new CircusError('already_exists', `watcher '${name}' already exists`);
    }
    requireSockets(config, this.#sockets.managed.names);
    requireDependencies(config, [...this.#configs.values()]);
    this.#events.publish(name, 'add', {}, epochSeconds());
    return operation([this.#addWatcher(config, start)], start ? 'added' : 'nothing');
  }

  remove(key: string, { nostop }: { nostop: boolean }): Operation {
    this.#requireReady();
    const { name } = this.#requireWatcher(key);
    this.#events.publish(name, 'remove', {}, epochSeconds());
    return operation([this.#supervisor.order({ type: 'remove', key, nostop })], 'nothing');
  }

  changeCount(key: string, nb: number): Operation {
    this.#requireReady();
    const { singleton, numprocesses: before } = this.#requireWatcher(key);
    if (singleton) {
      const reply = { numprocesses: before, singleton };
      return { reply, done: Promise.resolve({}) };
    }
    const setting = checkWatcherOption('numprocesses', before + nb);
    const config = setWatcherOption(this.#requireConfig(key), setting);
    const reply = { numprocesses: setting.value };
    return operation([this.#configure(key, config, false)], 'nothing', reply);
  }

  set(key: string, options: ReadonlyMap<string, Json>): Operation {
    this.#requireReady();
    const { name } = this.#requireWatcher(key);
    let config = this.#requireConfig(key);
    const known = Object.keys(config.freeForm);
    const settings = [...options].map(([option, value]) =>
      checkWatcherOption(option, value, { known }),
    );
    for (const setting of settings) config = setWatcherOption(config, setting);
    requireConsistent(config);
    requireStreams(config);
    requireSockets(config, this.#sockets.managed.names);
    requireDependencies(config, [...this.#configs.values()]);
    for (const _ of settings) this.#events.publish(name, 'updated', {}, epochSeconds());
    const needsReload = settings.some(({ effect }) => effect === 'reload');
    return operation([this.#configure(key, config, needsReload)], 'nothing');
  }

  kill(key: string, { pid, signum, gracefulTimeout }: KillRequest): Operation {
    this.#requireReady();
    const { pids } = this.#requireWatcher(key);
    const { stopSignal, gracefulTimeoutMs } = rulesOf(this.#requireConfig(key));
    const order = {
      signum: signum ?? stopSignal,
      timeoutMs: gracefulTimeout === undefined ? gracefulTimeoutMs : gracefulTimeout * 1_000,
    };
    const chosen = pid === undefined ? pids : pids.filter((candidate) => candidate === pid);
    const work = this.#supervisor.order({ type: 'kill', key, pids: chosen, order });
    return operation([work], 'nothing');
  }

  signal(key: string, request: SignalRequest): void {
    this.#requireWatcher(key);
    signalWorkers(this.#supervisor.workersOf(key), request);
  }

  reset(key: string): Operation {
    this.#requireReady();
    this.#requireWatcher(key);
    return operation([this.#supervisor.order({ type: 'reset', key })], 'nothing');
  }

  /** Ends everything; a second one, or `atOnce`, without waiting for anybody. */
  quit({ atOnce = false }: { atOnce?: boolean } = {}): Operation {
    if (!this.isEnding) this.#options.log.info('Arbiter exiting');
    return operation([this.#supervisor.order({ type: 'quit', atOnce })], 'nothing');
  }

  reloadConfig({ dryRun }: { dryRun: boolean }): Operation {
    this.#requireReady();
    const next = this.#reread();
    const plan = this.#withSocketUsers(planChanges(this.#config, this.#lastingKeys(), next), next);
    const reply = { plan: describePlan(plan) };
    if (dryRun) return { reply, done: Promise.resolve({}) };
    this.#prepareSockets(next.sockets).commit();
    this.#config = this.#withBoundEndpoints(next);
    return operation(this.#carryOut(plan), 'nothing', reply);
  }

  sockets(): readonly SocketView[] {
    return this.#sockets.managed.views();
  }

  reopenLogs(): ReplyBody {
    this.#options.log.info('log files are opened again');
    return this.#outputs.reopen();
  }

  async awaitAgain(parked: JsonObject): Promise<ReplyBody> {
    const { waits, shape } = readParkedWork(parked);
    const answers = waits.map((wait) => this.#supervisor.awaitOrder(wait));
    return await replyOf(shape, answers);
  }

  /** Runs a command to its end, as `runCommand` of native does. */
  async runCommand(request: CommandRequest): Promise<CommandResult> {
    return await this.#supervisor.runCommand(request);
  }

  /** @throws CircusError `restarting`: what is under way cannot be handed over */
  requireUpgradable(): void {
    this.#requireReady();
  }

  async upgrade(request: UpgradeRequest): Promise<ReplyBody> {
    this.requireUpgradable();
    if (this.#options.upgrade !== undefined) return await this.#options.upgrade(request);
    throw new CircusError('failed', 'this arbiter is part of another program, which goes on');
  }

  async logs(request: LogRequest): Promise<LogReply> {
    for (const key of request.keys) this.#requireWatcher(key);
    return { ...(await this.#logs.read(request)), instance: this.#instance };
  }

  events(since: number, key?: string): EventReplay {
    return this.#events.replay(since, key);
  }

  /** Reads the configuration again, stops all, starts what it says (protocol 2.3 "restart"). */
  async #restartAll(): Promise<ReplyBody> {
    this.#isRestarting = true;
    let sockets: PreparedSockets | undefined;
    try {
      // First, so that a faulty file or a socket that cannot be had stops nothing.
      const config = this.#reread();
      sockets = this.#prepareSockets(config.sockets);
      await this.#supervisor.command({ type: 'stop', keys: this.#keys(), isOne: false });
      const removals = this.#keys().map((key) =>
        this.#supervisor.command({ type: 'remove', key, nostop: false }),
      );
      await Promise.all(removals);
      this.#config = this.#withBoundEndpoints(config);
      sockets.commit();
    } catch (error) {
      sockets?.cancel();
      throw error;
    } finally {
      this.#isRestarting = false;
    }
    await this.#startConfigured();
    return {};
  }

  /**
   * Binds what is new; what is held stays until `commit`.
   *
   * @throws CircusError `failed`: some cannot be had
   */
  #prepareSockets(configs: readonly SocketConfig[]): PreparedSockets {
    try {
      return this.#sockets.prepare(configs);
    } catch (error) {
      throw new CircusError(
        'failed',
        error instanceof Error ? error.message : String(error),
        error,
      );
    }
  }

  /**
   * A plan that also replaces the processes that use what changes.
   *
   * @throws CircusError `not_found`: a watcher would name a socket that is no more
   */
  #withSocketUsers(plan: ConfigPlan, next: CircusConfig): ConfigPlan {
    const after = next.sockets.map(({ name }) => name);
    const all = [...new Set([...this.#sockets.managed.names, ...after])];
    const isUser = (config: WatcherConfig): boolean => isTouched(config, plan.sockets, all);
    const changed = plan.changed.map((change) => {
      const before = this.#requireConfig(change.key);
      const config = change.apply(before);
      requireSockets(config, after);
      const mustReload = isUser(config) || isUser(before);
      return mustReload ? { ...change, action: 'reload' as const } : change;
    });
    for (const key of plan.kept) requireSockets(this.#requireConfig(key), after);
    const users = plan.kept.filter((key) => isUser(this.#requireConfig(key)));
    const more = users.map((key) => {
      return {
        key,
        options: [],
        action: 'reload' as const,
        apply: (config: WatcherConfig) => config,
      };
    });
    const kept = plan.kept.filter((key) => !users.includes(key));
    return { ...plan, changed: [...changed, ...more], kept };
  }

  /** Endpoints stay bound until circusd ends, whatever the files say now. */
  #withBoundEndpoints(config: CircusConfig): CircusConfig {
    const { endpoint, pubsub_endpoint } = this.#config.circus;
    return { ...config, circus: { ...config.circus, endpoint, pubsub_endpoint } };
  }

  #reread(): CircusConfig {
    try {
      return this.#options.reread();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CircusError('failed', reason, error);
    }
  }

  #carryOut(plan: ConfigPlan): Order[] {
    const { check_delay, warmup_delay } = this.#config.circus;
    this.#passEvery(check_delay);
    this.#supervisor.setPace(warmup_delay * 1_000);
    const removals = plan.removed.map((key) =>
      this.#supervisor.order({ type: 'remove', key, nostop: false }),
    );
    const changes = plan.changed.map(({ key, action, apply }) =>
      this.#configure(key, apply(this.#requireConfig(key)), action === 'reload'),
    );
    return [...removals, ...changes, ...this.#startAll(plan.added)];
  }

  #passEvery(seconds: number): void {
    clearInterval(this.#passTimer);
    if (seconds <= 0) return;
    this.#passTimer = setInterval(
      () => this.#supervisor.pass(),
      Math.min(seconds * 1_000, longestTimerMs),
    );
  }

  /**
   * Adds watchers and starts those with autostart. All is ordered before anything is waited for: a
   * later command is a later one to each of them.
   */
  #startAll(configs: readonly WatcherConfig[]): Order[] {
    const additions = configs.map((config) => this.#addWatcher(config, false));
    const keys = configs.map(({ name }) => name.toLowerCase());
    return [...additions, this.#supervisor.order({ type: 'start', keys, isOne: false })];
  }

  async #startConfigured(): Promise<void> {
    await Promise.all(this.#startAll(this.#config.watchers).map(({ answer }) => answer));
  }

  #addWatcher(config: WatcherConfig, start: boolean): Order {
    const { name } = config;
    const key = name.toLowerCase();
    this.#configs.set(key, config);
    return this.#supervisor.order({ type: 'add', key, name, rules: rulesOf(config), start });
  }

  #configure(key: string, config: WatcherConfig, needsReload: boolean): Order {
    const replaces = this.#outputs.configure(key, this.#requireConfig(key), config);
    this.#configs.set(key, config);
    this.#logs.configured(key);
    const rules = rulesOf(config);
    const type = 'set';
    return this.#supervisor.order({ type, key, rules, needsReload: needsReload || replaces });
  }

  #keys(): string[] {
    return Object.keys(this.#supervisor.state.watchers).sort();
  }

  /** Without those that are being removed. */
  #lastingKeys(): string[] {
    const { watchers } = this.#supervisor.state;
    return this.#keys().filter((key) => watchers[key]?.isRemoved === false);
  }

  #resolve(selection: Selection): readonly string[] {
    if (selection.kind === 'all') return this.#keys();
    const keys = selection.kind === 'one' ? [selection.key] : selection.keys;
    for (const key of keys) this.#requireWatcher(key);
    return keys;
  }

  #requireWatcher(key: string): WatcherView {
    const watcher = this.findWatcher(key);
    if (watcher === undefined) throw new CircusError('not_found', `program ${key} not found`);
    return watcher;
  }

  #requireConfig(key: string): WatcherConfig {
    const config = this.#configs.get(key);
    if (config === undefined) throw new CircusError('not_found', `program ${key} not found`);
    return config;
  }

  #requireReady(): void {
    if (this.isEnding) throw new CircusError('restarting', 'arbiter is stopping...');
    if (this.#isRestarting) throw new CircusError('restarting', 'arbiter is restarting...');
  }
}

function operation(orders: readonly Order[], shape: ReplyShape, reply: ReplyBody = {}): Operation {
  const parked: JsonObject = { waits: orders.map(({ wait }) => wait), shape };
  const answers = orders.map(({ answer }) => answer);
  return { reply, done: replyOf(shape, answers), parked };
}

function definedIn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function promiseWithResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
