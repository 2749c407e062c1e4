/** Watchers that are started, reloaded and ended together (manual 5.9.2 "Arbiter"). */
import { type CircusOptions, createConfig } from '#libs/config';
import type { Operation, PublishedEvent, SocketView } from '#libs/protocol';
import { checks, EmbeddedCore, type ReloadFunctions } from './core.ts';
import {
  definedOptions,
  type PluginDescription,
  plainOptions,
  type SocketDescription,
  type WatcherDescription,
} from './descriptions.ts';
import { Endpoints } from './endpoints.ts';
import { EventHub } from './event-hub.ts';
import { type ArbiterLog, consoleLog } from './log.ts';
import { Watcher } from './watcher.ts';

/** Options of an `Arbiter`. */
export interface ArbiterOptions {
  /** Where clients send commands (`circusctl --endpoint`). Default: null, nowhere. */
  readonly endpoint?: string | null | undefined;
  /** Where events are published. Default: null, nowhere; `events()` has them in any case. */
  readonly pubsub_endpoint?: string | null | undefined;
  /** Runs circusd-stats, which publishes statistics there. Needs both endpoints. */
  readonly stats_endpoint?: string | null | undefined;
  /** Runs circushttpd, the web console, at this address. Needs both endpoints. Default: false. */
  readonly httpd?: boolean | undefined;
  /** Default: localhost. */
  readonly httpd_host?: string | undefined;
  /** Default: 8080. */
  readonly httpd_port?: number | undefined;
  /** Seconds between two looks at everything; deaths are noticed at once. Default: 1. */
  readonly check_delay?: number | undefined;
  /** Seconds between two watchers that are started. Default: 0. */
  readonly warmup_delay?: number | undefined;
  /** Called before every reload. An error it throws is that of the reload, which does nothing. */
  readonly prereload_fn?: (() => void) | undefined;
  /** Plugins are processes that talk to the arbiter by its endpoints. */
  readonly plugins?: readonly PluginDescription[] | undefined;
  /** Managed sockets by name. */
  readonly sockets?: Readonly<Record<string, SocketDescription>> | undefined;
  /** `start` resolves when everything has started, not when everything has ended. Default: false. */
  readonly background?: boolean | undefined;
  /** Tell everything on standard error. Default: warnings and errors. */
  readonly debug?: boolean | undefined;
  /** Told instead of standard error. */
  readonly log?: ArbiterLog | undefined;
}

/** What is true of an arbiter from `start` on. */
interface Running {
  readonly done: Promise<void>;
  readonly started: Promise<void>;
}

/**
 * An arbiter in a program of one's own. It takes no signal, collects no death but those of its own
 * processes, and changes no limit, umask or directory of the program. End it with `stop`: a program
 * that just exits leaves its processes behind.
 *
 *     const arbiter = new Arbiter([new Watcher('web', 'python3 app.py')], { background: true });
 *     await arbiter.start();
 *     for await (const { topic, payload } of arbiter.events()) console.log(topic, payload);
 */
export class Arbiter {
  readonly #core: EmbeddedCore;
  readonly #hub = new EventHub();
  readonly #log: ArbiterLog;
  readonly #options: ArbiterOptions;
  readonly #beforeReloadOf: ReloadFunctions = new Map();
  readonly #watchers = new Map<string, Watcher>();
  #endpoints: Endpoints | undefined;
  #running: Running | undefined;

  /** @throws CircusError `invalid_message` with everything that is wrong with watchers and options */
  constructor(watchers: readonly Watcher[], options: ArbiterOptions = {}) {
    this.#options = options;
    this.#log = options.log ?? consoleLog(options.debug ?? false);
    const config = createConfig(
      {
        circus: circusOptions(options),
        watchers: watchers.map((watcher) => watcher.describe()),
        sockets: Object.entries(options.sockets ?? {}).map(([name, socket]) => {
          return [name, definedOptions(socket)] as const;
        }),
        plugins: (options.plugins ?? []).map((plugin) => {
          const { name = plugin.use.split(/[./#]/).at(-1) ?? plugin.use, ...told } = plugin;
          return [name, definedOptions(told)] as const;
        }),
      },
      checks,
    );
    requireEndpoints(options);
    this.#core = new EmbeddedCore({
      config,
      log: this.#log,
      onEvent: (event) => {
        this.#endpoints?.publish(event);
        this.#hub.publish(event);
      },
      beforeReload: options.prereload_fn,
      beforeReloadOf: this.#beforeReloadOf,
    });
    for (const watcher of watchers) this.#adopt(watcher);
  }

  /**
   * Binds endpoints and sockets and starts all watchers. Resolves when the arbiter has ended, as the
   * manual's does; with `background` when everything has started.
   *
   * @throws Error an endpoint or a socket cannot be bound; then nothing was started
   */
  async start(): Promise<void> {
    this.#running ??= this.#run();
    const { started, done } = this.#running;
    await (this.#options.background === true ? started : done);
  }

  /** Ends all processes, then the arbiter; resolves when nothing is left. At once: without grace. */
  async stop({ atOnce = false } = {}): Promise<void> {
    if (this.#running === undefined) return;
    // When it has ended already nobody answers any more.
    this.#core.quit({ atOnce }).done.catch(() => undefined);
    // Why it could not start is told to whoever has started it.
    await this.#running.done.catch(() => undefined);
  }

  /** Replaces all processes gracefully. */
  async reload({ graceful = true, sequential = false } = {}): Promise<void> {
    await settle(this.#core.reload({ kind: 'all' }, { graceful, sequential }));
  }

  /** Stops all watchers and starts them again. */
  async restart(): Promise<void> {
    await settle(this.#core.restart({ kind: 'all' }));
  }

  /** Starts the watchers that are stopped. Manual: start_watchers. */
  async startWatchers(): Promise<void> {
    await settle(this.#core.start({ kind: 'all' }));
  }

  /** Stops all watchers; the arbiter goes on. Manual: stop_watchers. */
  async stopWatchers(): Promise<void> {
    await settle(this.#core.stop({ kind: 'all' }));
  }

  /** How many processes are alive, of all watchers. */
  numprocesses(): number {
    return this.#core.watchers().reduce((sum, { pids }) => sum + pids.length, 0);
  }

  /** How many watchers there are. */
  numwatchers(): number {
    return this.#core.watchers().length;
  }

  /** All watchers, by name. */
  watchers(): Watcher[] {
    return this.#core.watchers().map(({ name }) => this.#watcherOf(name));
  }

  /**
   * A watcher by its name, in any case. Manual: get_watcher.
   *
   * @returns undefined when there is none
   */
  getWatcher(name: string): Watcher | undefined {
    const view = this.#core.findWatcher(name.toLowerCase());
    return view === undefined ? undefined : this.#watcherOf(view.name);
  }

  /**
   * Adds a watcher and starts it. Manual: add_watcher.
   *
   * @throws CircusError `already_exists`; `invalid_message`: an option is wrong
   */
  async addWatcher(name: string, cmd: string, options: WatcherDescription = {}): Promise<Watcher> {
    const { args = '', ...described } = plainOptions(options);
    if (typeof args !== 'string' && !isWords(args)) throw new TypeError('args: a text or a list');
    const request = { name, cmd, args, options: described, start: true };
    const adding = this.#core.add(request);
    const watcher = new Watcher(name, cmd, options);
    this.#adopt(watcher);
    await settle(adding);
    return watcher;
  }

  /** Removes a watcher; its processes end, unless `nostop`. */
  async rm(name: string, { nostop = false } = {}): Promise<void> {
    const key = name.toLowerCase();
    await settle(this.#core.remove(key, { nostop }));
    this.#watchers.delete(key);
    this.#beforeReloadOf.delete(key);
  }

  /** The managed sockets and the numbers at which processes find them. */
  sockets(): readonly SocketView[] {
    return this.#core.sockets();
  }

  /** Events of all watchers from now on, until the arbiter ends or the loop is left. */
  events(): AsyncIterableIterator<PublishedEvent> {
    return this.#hub.events();
  }

  #run(): Running {
    const opened = this.#open();
    const started = opened.then(async () => {
      if (!this.#core.isEnding) await this.#core.run();
    });
    const done = opened.then(() => this.#end());
    // Whoever called `start` hears of them.
    started.catch(() => undefined);
    done.catch(() => undefined);
    return { started, done };
  }

  async #open(): Promise<void> {
    const { endpoint = null, pubsub_endpoint = null } = this.#options;
    const endpoints = await Endpoints.open(this.#core, { endpoint, pubsub_endpoint }, this.#log);
    try {
      this.#core.openSockets();
    } catch (error) {
      await endpoints.close();
      throw error;
    }
    this.#endpoints = endpoints;
  }

  async #end(): Promise<void> {
    await this.#core.ended;
    this.#hub.close();
    await this.#endpoints?.close();
  }

  #adopt(watcher: Watcher): void {
    watcher.attach({ core: this.#core, hub: this.#hub });
    this.#watchers.set(watcher.key, watcher);
    const { prereloadFn } = watcher;
    if (prereloadFn !== undefined) this.#beforeReloadOf.set(watcher.key, prereloadFn);
  }

  #watcherOf(name: string): Watcher {
    const key = name.toLowerCase();
    const known = this.#watchers.get(key);
    if (known !== undefined) return known;
    // A client of the endpoint has added it.
    const watcher = Watcher.of({ core: this.#core, hub: this.#hub }, name);
    this.#watchers.set(key, watcher);
    return watcher;
  }
}

function circusOptions(options: ArbiterOptions) {
  const { endpoint, pubsub_endpoint, stats_endpoint, check_delay = 1, warmup_delay } = options;
  const { httpd, httpd_host, httpd_port } = options;
  const isAsked = stats_endpoint !== undefined && stats_endpoint !== null;
  const given: Partial<CircusOptions> = {
    ...(endpoint ? { endpoint } : {}),
    ...(pubsub_endpoint ? { pubsub_endpoint } : {}),
    ...(isAsked ? { stats_endpoint, statsd: true } : {}),
    ...(warmup_delay === undefined ? {} : { warmup_delay }),
    ...(httpd === undefined ? {} : { httpd }),
    ...(httpd_host === undefined ? {} : { httpd_host }),
    ...(httpd_port === undefined ? {} : { httpd_port }),
    check_delay,
    debug: options.debug ?? false,
  };
  return given;
}

/** Statistics and plugins come as processes, which reach the arbiter by its endpoints alone. */
function requireEndpoints(options: ArbiterOptions): void {
  const { endpoint, pubsub_endpoint, stats_endpoint, httpd, plugins = [] } = options;
  const asks = [
    ...(httpd ? ['httpd'] : []),
    ...(stats_endpoint ? ['stats_endpoint'] : []),
    ...(plugins.length > 0 ? ['plugins'] : []),
  ];
  if (asks.length === 0 || (endpoint && pubsub_endpoint)) return;
  throw new TypeError(`${asks.join(' and ')}: give endpoint and pubsub_endpoint too`);
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

async function settle(operation: Operation): Promise<void> {
  await operation.done;
}
