/** Keeps a `Mirror` true: asks circusd, listens to its events and to circusd-stats. */
import { CircusClient, ReplyError, reachableEndpoint } from '#libs/client';
import type { Logger } from '#libs/logging';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import type { SocketRow } from './console-state.ts';
import { EventFeed } from './event-feed.ts';
import { bytesOf, numberOf } from './figures.ts';
import type { Mirror } from './mirror.ts';
import { StatsFeed } from './stats-feed.ts';

/** How often circusd is asked whether it is there, and for what events do not tell. */
const pulseMs = 2000;
/** So long a silence is a lost circusd. */
const patienceMs = 3000;
/** Several events of one moment are one question. */
const settleMs = 100;

/** The connection of circushttpd to one circusd. */
export class DaemonLink {
  readonly client: CircusClient;
  readonly #mirror: Mirror;
  readonly #log: Logger;
  readonly #stats: StatsFeed;
  readonly #events: EventFeed;
  /** Which process answered last: another one counts its events anew. */
  #identity = '';
  /** Watchers that have to be asked for, and how many events of each have come. */
  readonly #doubtful = new Set<string>();
  readonly #eventCounts = new Map<string, number>();
  #settling: NodeJS.Timeout | undefined;
  #pulse: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Whether figures are wanted though nobody publishes them. */
  hasViewers: () => boolean = () => false;

  constructor(endpoint: string, mirror: Mirror, log: Logger) {
    this.client = new CircusClient(endpoint, { timeoutMs: patienceMs });
    this.#mirror = mirror;
    this.#log = log;
    this.#stats = new StatsFeed(mirror);
    this.#events = new EventFeed(this.client, mirror, {
      onEvent: (watcher, topic) => this.#noteEvent(watcher, topic),
      onFault: (error) => this.#lose(error),
    });
  }

  /** Begins; from now on the mirror changes by itself. */
  start(): void {
    void this.#beat();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#settling);
    clearTimeout(this.#pulse);
    this.#events.close();
    this.#stats.close();
    this.client.close();
  }

  async #beat(): Promise<void> {
    if (this.#isClosed) return;
    try {
      if (this.#mirror.daemon.link === 'up') await this.#askPulse();
      else await this.#askEverything();
    } catch (error) {
      this.#lose(error);
    }
    if (!this.#isClosed) this.#pulse = setTimeout(() => void this.#beat(), pulseMs);
  }

  #lose(error: unknown): void {
    if (this.#isClosed || this.#mirror.daemon.link === 'lost') return;
    this.#log.warn(`circusd does not answer: ${error instanceof Error ? error.message : error}`);
    this.#mirror.setDaemon({ link: 'lost' });
  }

  async #askPulse(): Promise<void> {
    const { info } = await this.client.call('dstats');
    if (identityOf(info) !== this.#identity) return await this.#askEverything();
    this.#setSelf(info);
    this.#mirror.setHost();
    this.#applyStatus(await this.client.call('status'));
    await Promise.all(this.#mirror.watchersInDoubt().map((name) => this.#askWatcher(name)));
    await this.#askSockets();
    if (this.#stats.isSilent && this.hasViewers()) await this.#askFigures();
  }

  /** From nothing, or after a loss: subscribed first, so that what happens meanwhile is not missed. */
  async #askEverything(): Promise<void> {
    const options = asObject((await this.client.call('globaloptions'))['options']);
    const { info } = await this.client.call('dstats');
    if (this.#identity !== identityOf(info)) this.#mirror.beginAnew();
    this.#identity = identityOf(info);
    await this.#subscribe(options);
    const { version, generation } = await this.client.call('version');
    this.#mirror.setDaemon({ version: textOf(version), generation: numberOf(generation) });
    this.#setSelf(info);
    await this.#askNames();
    await this.#events.replay();
    await Promise.all(this.#mirror.watchers().map(({ name }) => this.#askWatcher(name)));
    await this.#askFigures();
    await this.#askSockets();
    this.#mirror.setHost();
    this.#mirror.setDaemon({ link: 'up' });
    this.#log.info(`connected to circusd ${version} at ${this.client.endpoint}`);
  }

  async #subscribe(options: JsonObject): Promise<void> {
    const { pubsub_endpoint: pubsub, stats_endpoint: stats } = options;
    const here = this.client.endpoint;
    await this.#events.subscribe(reachableEndpoint(String(pubsub), here));
    if (typeof stats === 'string') await this.#stats.subscribe(reachableEndpoint(stats, here));
  }

  #noteEvent(watcher: string, topic: string): void {
    this.#eventCounts.set(watcher, this.#eventCountOf(watcher) + 1);
    // these tell all there is to know, but for a changed number of processes
    const isPlain = /\.(spawn|reap|kill)$/.test(topic);
    if (!isPlain || this.#mirror.hasTooMany(watcher)) this.#doubt(watcher);
  }

  #doubt(watcher: string): void {
    this.#doubtful.add(watcher);
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#settle().catch((error) => this.#lose(error));
    }, settleMs);
  }

  #eventCountOf(watcher: string): number {
    return this.#eventCounts.get(watcher) ?? 0;
  }

  /** Asks for what the latest events may have changed. */
  async #settle(): Promise<void> {
    const doubtful = [...this.#doubtful];
    this.#doubtful.clear();
    await this.#askNames();
    const names = new Set(this.#mirror.watchers().map(({ name }) => name));
    const known = doubtful.filter((name) => names.has(name));
    await Promise.all(known.map((name) => this.#askWatcher(name)));
  }

  async #askNames(): Promise<void> {
    const { watchers } = await this.client.call('list');
    this.#mirror.setNames(Array.isArray(watchers) ? watchers.map(String) : []);
    this.#applyStatus(await this.client.call('status'));
  }

  async #askWatcher(name: string): Promise<void> {
    const asked = this.#askOf(name, 'get', { keys: ['numprocesses'] });
    await this.#askPids(name);
    const wanted = numberOf(asObject((await asked)['options'])['numprocesses']);
    if (wanted !== null) this.#mirror.setWatcher(name, { wanted });
  }

  async #askPids(name: string): Promise<void> {
    const before = this.#eventCountOf(name);
    const { pids } = await this.#askOf(name, 'list');
    if (!Array.isArray(pids)) return;
    // an event that came meanwhile may be newer than the answer
    if (this.#eventCountOf(name) === before) this.#mirror.setPids(name, pids.map(Number));
    else this.#doubt(name);
  }

  async #askOf(name: string, command: string, properties: JsonObject = {}): Promise<JsonObject> {
    try {
      return await this.client.call(command, { name, ...properties });
    } catch (error) {
      // removed meanwhile
      if (error instanceof ReplyError) return {};
      throw error;
    }
  }

  async #askFigures(): Promise<void> {
    const { infos } = await this.client.call('stats');
    for (const [name, info] of Object.entries(asObject(infos))) {
      const key = name.toLowerCase();
      for (const [pid, one] of Object.entries(asObject(info))) {
        if (isJsonObject(one)) this.#mirror.describeProcess(key, Number(pid), one);
      }
      this.#mirror.endPeriod(key);
    }
    if (this.#stats.isSilent) this.#mirror.setDaemon({ figures: 'asked' });
  }

  async #askSockets(): Promise<void> {
    const { sockets } = await this.client.call('listsockets');
    const rows = (Array.isArray(sockets) ? sockets : []).filter(isJsonObject).map(socketRow);
    this.#mirror.setSockets(rows);
  }

  #applyStatus({ statuses, troubles, ready }: JsonObject): void {
    for (const [name, status] of Object.entries(asObject(statuses))) {
      const counted = /^(\d+)\//.exec(String(asObject(ready)[name] ?? ''));
      this.#mirror.setWatcher(name.toLowerCase(), {
        status: String(status),
        trouble: textOf(asObject(troubles)[name]),
        ready: counted === null ? null : Number(counted[1]),
      });
    }
  }

  #setSelf(info: Json | undefined): void {
    const facts = asObject(info);
    const started = numberOf(facts['create_time']);
    this.#mirror.setDaemon({ pid: numberOf(facts['pid']), started });
    // with the stats channel there are figures of every second
    if (!this.#stats.isSilent) return;
    this.#mirror.setSelf(numberOf(facts['cpu']), bytesOf(facts['mem_info1']));
  }
}

function identityOf(info: Json | undefined): string {
  const { pid, create_time: born } = asObject(info);
  return `${pid}@${born}`;
}

function asObject(value: Json | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function socketRow(socket: JsonObject): SocketRow {
  const { name, fd, path, host, port, backlog } = socket;
  return {
    name: String(name),
    fd: Number(fd),
    address: typeof path === 'string' ? path : `${host}:${port}`,
    backlog: Number(backlog),
    reads: null,
    queue: null,
    connections: null,
  };
}
