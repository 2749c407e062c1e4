/** Processes of one command, kept alive (manual 5.9.2 "Watcher"). */
import { basename } from 'node:path';
import { createConfig } from '#libs/config';
import type { ProcessIdentity } from '#libs/native';
import {
  CircusError,
  type Json,
  type JsonObject,
  type Operation,
  type PublishedEvent,
  parseSignal,
  parseTopic,
  type ReplyBody,
  topicName,
  type WatcherStatus,
  type WatcherView,
} from '#libs/protocol';
import { checks, EmbeddedCore } from './core.ts';
import { plainOptions, type WatcherDescription } from './descriptions.ts';
import { EventHub } from './event-hub.ts';
import { consoleLog } from './log.ts';
import { ProcessHandle } from './process-handle.ts';

/**
 * What keeps a watcher's processes, and tells of them.
 *
 * @internal
 */
export interface WatcherHost {
  readonly core: EmbeddedCore;
  readonly hub: EventHub;
}

/** A process of a watcher. */
export class WatchedProcess extends ProcessHandle {
  readonly #watcher: Watcher;

  constructor(watcher: Watcher, wid: number, identity: ProcessIdentity) {
    super(wid, identity);
    this.#watcher = watcher;
  }

  /** Ends it as its watcher would; the watcher then starts another one. */
  async stop(): Promise<void> {
    await this.#watcher.killProcess(this);
  }
}

/**
 * Keeps `numprocesses` processes of a command alive. By itself:
 *
 *     const watcher = new Watcher('web', 'python3 app.py', { numprocesses: 3 });
 *     await watcher.start();
 *
 * or in an `Arbiter`, which then starts it.
 */
export class Watcher {
  readonly name: string;
  /** The command as given; that of a watcher which came otherwise is among its options. */
  readonly #cmd: string;
  readonly #description: WatcherDescription;
  #host: WatcherHost | undefined;
  #isOwnHost = false;

  constructor(name: string, cmd: string, options: WatcherDescription = {}) {
    this.name = name;
    this.#cmd = cmd;
    this.#description = options;
  }

  /**
   * The watcher of a name that an arbiter has.
   *
   * @internal
   */
  static of(host: WatcherHost, name: string): Watcher {
    const watcher = new Watcher(name, '');
    watcher.#host = host;
    return watcher;
  }

  /**
   * Name and options, as the tables take them.
   *
   * @internal
   */
  describe(): readonly [name: string, options: JsonObject] {
    return [this.name, { cmd: this.#cmd, ...plainOptions(this.#description) }];
  }

  /** @internal */
  get prereloadFn(): (() => void) | undefined {
    return this.#description.prereload_fn;
  }

  /**
   * @internal
   * @throws Error it has a host already
   */
  attach(host: WatcherHost): void {
    if (this.#host !== undefined) throw new Error(`watcher ${this.name} is in an arbiter already`);
    this.#host = host;
  }

  /** What is true of it now. @throws CircusError `not_found`: it was removed or never started */
  get view(): WatcherView {
    const view = this.#host?.core.findWatcher(this.key);
    if (view !== undefined) return view;
    throw new CircusError('not_found', `watcher ${this.name} has not been started, or is removed`);
  }

  /** The name as watchers are looked up. */
  get key(): string {
    return this.name.toLowerCase();
  }

  /** `stopped`, `starting`, `active` or `stopping`. */
  get status(): WatcherStatus {
    return this.#host?.core.findWatcher(this.key)?.status ?? 'stopped';
  }

  /** How many processes are wanted. */
  get numprocesses(): number {
    return this.view.numprocesses;
  }

  /** Of live processes, oldest first. */
  get pids(): readonly number[] {
    return this.#host?.core.findWatcher(this.key)?.pids ?? [];
  }

  /** The live processes, oldest first. */
  processes(): WatchedProcess[] {
    const workers = this.#host?.core.workersOf(this.key) ?? [];
    return workers.map(({ wid, identity }) => new WatchedProcess(this, wid, identity));
  }

  /** Every option as `circusctl options` shows it. */
  options(): JsonObject {
    return this.view.options;
  }

  /** Changes options of the running watcher, as `circusctl set` does. */
  async set(options: JsonObject): Promise<void> {
    await this.#settle((core) =>
      core.set(this.key, new Map<string, Json>(Object.entries(options))),
    );
  }

  /** Its events from now on: `for await (const { topic, payload } of watcher.events())`. */
  async *events(): AsyncGenerator<PublishedEvent, void> {
    const own = topicName(this.name);
    for await (const event of this.#open().hub.events()) {
      if (parseTopic(event.topic)?.watcher === own) yield event;
    }
  }

  /** Publishes an event of the program's own about this watcher. Manual: notify_event. */
  notifyEvent(
    topic: string,
    msg: Readonly<Record<string, string | number | boolean | null>>,
  ): void {
    this.#requireCore().notifyEvent(this.key, topic, msg);
  }

  /** Collects deaths at once. They are noticed by themselves. Manual: reap_processes. */
  reapProcesses(): void {
    this.#requireCore().pass();
  }

  /** Starts and ends what is due at once. It happens by itself. Manual: manage_processes. */
  manageProcesses(): void {
    this.#requireCore().pass();
  }

  /** Both. Manual: reap_and_manage_processes. */
  reapAndManageProcesses(): void {
    this.#requireCore().pass();
  }

  /** Starts processes until `numprocesses` run. Manual: spawn_processes. */
  async spawnProcesses(): Promise<void> {
    await this.start();
  }

  /** One process more from now on. Manual: spawn_process. */
  async spawnProcess(): Promise<void> {
    await this.#settle((core) => core.changeCount(this.key, 1));
  }

  /** Ends one process, which is then replaced. Manual: kill_process. */
  async killProcess(process: { readonly pid: number }, signal?: string | number): Promise<void> {
    const request = { pid: process.pid, ...signumOf(signal) };
    await this.#settle((core) => core.kill(this.key, request));
  }

  /** Ends all processes, which are then replaced. Manual: kill_processes. */
  async killProcesses(signal?: string | number): Promise<void> {
    await this.#settle((core) => core.kill(this.key, signumOf(signal)));
  }

  /** Sends a signal to all processes. */
  sendSignal(signal: string | number): void {
    const signum = parseSignal(signal);
    this.#requireCore().signal(this.key, { signum, children: false, recursive: false });
  }

  /** Sends a signal to a child of a process. Manual: send_signal_child. */
  sendSignalChild(pid: number, childpid: number, signal: string | number): void {
    const request = { pid, childpid, signum: parseSignal(signal), children: false };
    this.#requireCore().signal(this.key, { ...request, recursive: false });
  }

  /** Starts it; resolves when all its processes have started, or got ready. */
  async start(): Promise<void> {
    const { core } = this.#open();
    if (core.findWatcher(this.key) === undefined) await core.run();
    await this.#settle(() => core.start({ kind: 'one', key: this.key }));
  }

  /** Ends all its processes; resolves when nothing of them is left. */
  async stop(): Promise<void> {
    const core = this.#host?.core;
    if (core === undefined) return;
    if (!this.#isOwnHost) {
      await core.stop({ kind: 'one', key: this.key }).done;
      return;
    }
    await core.quit().done;
    await core.ended;
    this.#host?.hub.close();
    this.#host = undefined;
  }

  /** Stops and starts it. */
  async restart(): Promise<void> {
    await this.#settle((core) => core.restart({ kind: 'one', key: this.key }));
  }

  /** Replaces its processes gracefully. */
  async reload({ graceful = true, sequential = false } = {}): Promise<void> {
    const how = { graceful, sequential };
    await this.#settle((core) => core.reload({ kind: 'one', key: this.key }, how));
  }

  async #settle(order: (core: EmbeddedCore) => Operation): Promise<ReplyBody> {
    return await order(this.#requireCore()).done;
  }

  #requireCore(): EmbeddedCore {
    if (this.#host !== undefined) return this.#host.core;
    throw new CircusError('not_found', `watcher ${this.name} has not been started`);
  }

  /** By itself a watcher is the only one of an arbiter of its own. */
  #open(): WatcherHost {
    this.#host ??= this.#makeHost();
    return this.#host;
  }

  #makeHost(): WatcherHost {
    this.#isOwnHost = true;
    const hub = new EventHub();
    const none = { circus: {}, sockets: [], plugins: [] };
    const config = createConfig({ ...none, watchers: [this.describe()] }, checks);
    const { prereloadFn } = this;
    const core = new EmbeddedCore({
      config,
      log: consoleLog(false),
      onEvent: (event) => hub.publish(event),
      beforeReloadOf: new Map(prereloadFn === undefined ? [] : [[this.key, prereloadFn]]),
    });
    return { core, hub };
  }
}

/** What a watcher is called when nobody says: the program, without its folder. */
export function defaultName(cmd: string): string {
  return basename(cmd.trim().split(/\s+/)[0] ?? '');
}

function signumOf(signal: string | number | undefined): { signum?: number } {
  return signal === undefined ? {} : { signum: parseSignal(signal) };
}
