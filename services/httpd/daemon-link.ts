/** Keeps a `Mirror` true: asks circusd, listens to its events and to circusd-stats. */
import { CircusClient, EventSubscriber, ReplyError, reachableEndpoint } from '#libs/client';
import type { Logger } from '#libs/logging';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import type { SocketRow } from './console-state.ts';
import { bytesOf, numberOf } from './figures.ts';
import { daemonCourse, type Mirror, namesOf } from './mirror.ts';
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
  #events: EventSubscriber | undefined;
  #pubsub = '';
  /** Which process answered last: another one counts its events anew. */
  #identity = '';
  readonly #doubtful = new Set<string>();
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
  }

  /** Begins; from now on the mirror changes by itself. */
  start(): void {
    void this.#beat();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#settling);
    clearTimeout(this.#pulse);
    this.#events?.close();
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
    await Promise.all(this.#mirror.watchersInDoubt().map((name) => this.#askCount(name)));
    if (this.#stats.isSilent && this.hasViewers()) await this.#askFigures();
  }

  /** From nothing, or after a loss: subscribed first, so that what happens meanwhile is not missed. */
  async #askEverything(): Promise<void> {
    const options = await this.client
      .call('globaloptions')
      .then((reply) => asObject(reply['options']));
    const { info } = await this.client.call('dstats');
    if (this.#identity !== identityOf(info)) this.#mirror.forgetEvents();
    this.#identity = identityOf(info);
    await this.#subscribe(options);
    const { version, generation } = await this.client.call('version');
    this.#mirror.setDaemon({ version: String(version), generation: numberOf(generation) });
    this.#setSelf(info);
    await this.#askNames();
    await this.#replay();
    await this.#askFigures();
    await Promise.all(this.#mirror.watchers().map(({ name }) => this.#askCount(name)));
    await this.#askSockets();
    this.#mirror.setHost();
    this.#mirror.setDaemon({ link: 'up' });
    this.#log.info(`connected to circusd ${version} at ${this.client.endpoint}`);
  }

  async #subscribe(options: JsonObject): Promise<void> {
    const pubsub = reachableEndpoint(String(options['pubsub_endpoint']), this.client.endpoint);
    if (pubsub !== this.#pubsub) {
      this.#events?.close();
      this.#pubsub = pubsub;
      this.#events = new EventSubscriber(pubsub, ['watcher.']);
      await this.#events.open();
      void this.#listen(this.#events);
    }
    const stats = options['stats_endpoint'];
    if (typeof stats === 'string') {
      await this.#stats.subscribe(reachableEndpoint(stats, this.client.endpoint));
    }
  }

  async #listen(events: EventSubscriber): Promise<void> {
    for await (const { topic, payload } of events) this.#applyEvent(topic, payload);
  }

  #applyEvent(topic: string, payload: JsonObject): void {
    const applied = this.#mirror.applyEvent(topic, payload);
    if (applied === undefined) return;
    if (applied.hasGap) void this.#askEverything().catch((error) => this.#lose(error));
    // these tell all there is to know
    if (/\.(spawn|reap|kill)$/.test(topic)) return;
    this.#doubtful.add(applied.watcher);
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#settle().catch((error) => this.#lose(error));
    }, settleMs);
  }

  /** Asks for what the latest events may have changed. */
  async #settle(): Promise<void> {
    const doubtful = [...this.#doubtful];
    this.#doubtful.clear();
    await this.#askNames();
    const names = new Set(this.#mirror.watchers().map(({ name }) => name));
    const known = doubtful.filter((name) => names.has(name));
    await Promise.all(known.map((name) => this.#askCount(name)));
  }

  async #askNames(): Promise<void> {
    this.#mirror.setNames(namesOf((await this.client.call('list'))['watchers']));
    this.#applyStatus(await this.client.call('status'));
  }

  async #askCount(name: string): Promise<void> {
    const [{ options }, { pids }] = (await Promise.all([
      this.client.call('get', { name, keys: ['numprocesses'] }),
      this.client.call('list', { name }),
    ]).catch((error: unknown): JsonObject[] => {
      // removed between two questions
      if (error instanceof ReplyError) return [{}, {}];
      throw error;
    })) as [JsonObject, JsonObject];
    const wanted = numberOf(asObject(options)['numprocesses']);
    if (Array.isArray(pids)) this.#mirror.setPids(name, pids.map(Number));
    if (wanted !== null) this.#mirror.setWatcher(name, { wanted });
  }

  async #askFigures(): Promise<void> {
    const { infos } = await this.client.call('stats');
    for (const [name, info] of Object.entries(asObject(infos))) {
      this.#mirror.setProcesses(name.toLowerCase(), asObject(info));
      this.#mirror.endPeriod(name.toLowerCase());
    }
    if (this.#stats.isSilent) this.#mirror.setDaemon({ figures: 'asked' });
    this.#mirror.history.forgetBefore(Date.now() / 1000 - 600);
  }

  async #replay(): Promise<void> {
    const { events } = await this.client.call('events', { since: this.#mirror.lastSeq });
    for (const event of Array.isArray(events) ? events.filter(isJsonObject) : []) {
      const { topic, ...payload } = event;
      this.#mirror.applyEvent(String(topic), payload);
    }
  }

  async #askSockets(): Promise<void> {
    const { sockets } = await this.client.call('listsockets');
    const rows = (Array.isArray(sockets) ? sockets : []).filter(isJsonObject).map(socketRow);
    this.#mirror.setSockets(rows);
  }

  #applyStatus({ statuses, troubles, ready }: JsonObject): void {
    for (const [name, status] of Object.entries(asObject(statuses))) {
      const key = name.toLowerCase();
      const trouble = asObject(troubles)[name];
      const counted = /^(\d+)\//.exec(String(asObject(ready)[name] ?? ''));
      this.#mirror.setWatcher(key, {
        status: String(status),
        trouble: typeof trouble === 'string' ? trouble : null,
        ready: counted === null ? null : Number(counted[1]),
      });
    }
  }

  #setSelf(info: Json | undefined): void {
    const facts = asObject(info);
    const cpu = numberOf(facts['cpu']);
    const rss = bytesOf(facts['mem_info1']);
    const started = numberOf(facts['create_time']);
    this.#mirror.setDaemon({ pid: numberOf(facts['pid']), started, cpu, rss });
    this.#mirror.history.add(daemonCourse, [Date.now() / 1000, cpu, rss]);
  }
}

function identityOf(info: Json | undefined): string {
  const { pid, create_time: born } = asObject(info);
  return `${pid}@${born}`;
}

function asObject(value: Json | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
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
    established: null,
  };
}
