/** One pass a period, as long as somebody is subscribed: sample what is wanted, publish it. */
import type { Logger } from '#libs/logging';
import { circusGroup, socketsGroup, statTopic } from '#libs/protocol';
import type { DaemonLink } from './daemon-link.ts';
import { groupMessage, type Member, memberMessages } from './groups.ts';
import { ProcessSampler, type Sample } from './process-sampler.ts';
import { SocketSampler } from './socket-sampler.ts';
import type { StatMessage, StatsPublisher } from './stats-publisher.ts';

/** A process to look at, and where it belongs. */
interface Place {
  readonly group: string;
  readonly pid: number;
  readonly name: string | null;
}

/** Streams until it is stopped. */
export class Streamer {
  readonly #link: DaemonLink;
  readonly #publisher: StatsPublisher;
  readonly #log: Logger;
  readonly #periodMs: number;
  readonly #processes = new ProcessSampler();
  readonly #sockets = new SocketSampler();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isPassing = false;

  constructor(
    { link, publisher, log }: { link: DaemonLink; publisher: StatsPublisher; log: Logger },
    periodSeconds: number,
  ) {
    this.#link = link;
    this.#publisher = publisher;
    this.#log = log;
    this.#periodMs = periodSeconds * 1_000;
  }

  /** Begins, unless it has begun. It pauses by itself when nobody is subscribed any more. */
  wake(): void {
    if (this.#isStopped || this.#isPassing || this.#timer !== undefined) return;
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#sockets.stop();
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    if (this.#isStopped) return;
    if (!this.#publisher.hasSubscribers) {
      this.#sockets.stop();
      return;
    }
    this.#isPassing = true;
    const start = performance.now();
    try {
      await this.#pass();
    } catch (error) {
      // A socket that is closed meanwhile is no fault; whatever else it is, the next pass may succeed.
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#isStopped) this.#log.error(`a pass has failed: ${reason}`);
    } finally {
      this.#isPassing = false;
    }
    if (this.#isStopped) return;
    // From pass to pass, not from end to beginning; one that takes longer than a period misses turns.
    const pause = this.#periodMs - ((performance.now() - start) % this.#periodMs);
    this.#timer = setTimeout(() => void this.#run(), pause);
  }

  async #pass(): Promise<void> {
    this.#link.refresh();
    const places = [...this.#watcherPlaces(), ...this.#circusPlaces()];
    const samples = await this.#processes.sample(places.map(({ pid }) => pid));
    const members = new Map<string, Member[]>();
    for (const { group, pid, name } of places) {
      const sample = samples.get(pid);
      if (sample === undefined) this.#link.roster.drop(group, pid);
      else push(members, group, { pid, name, sample });
    }
    await this.#publisher.send([
      ...this.#watcherMessages(members),
      ...this.#groupMessages(circusGroup, members),
      ...this.#socketMessages(),
    ]);
  }

  *#watcherPlaces(): Iterable<Place> {
    for (const [group, { pids }] of this.#link.roster.watchers) {
      if (!this.#publisher.isWanted(statTopic(group))) continue;
      for (const pid of pids) yield { group, pid, name: null };
    }
  }

  *#circusPlaces(): Iterable<Place> {
    if (!this.#publisher.isWanted(statTopic(circusGroup))) return;
    const { daemonPid, roster } = this.#link;
    const group = circusGroup;
    if (daemonPid !== undefined) yield { group, pid: daemonPid, name: 'circusd' };
    yield { group, pid: process.pid, name: 'circusd-stats' };
    for (const pid of roster.find('circushttpd')?.pids ?? []) {
      yield { group, pid, name: 'circushttpd' };
    }
  }

  #watcherMessages(members: ReadonlyMap<string, readonly Member[]>): StatMessage[] {
    const now = Date.now() / 1_000;
    const wanted = this.#link.roster.watchers.filter(([group]) =>
      this.#publisher.isWanted(statTopic(group)),
    );
    return wanted.flatMap(([group, record]) => {
      const own = members.get(group) ?? [];
      const more = record.tell(now, oldestOf(own.map(({ sample }) => sample)));
      return [...memberMessages(group, own), groupMessage(group, own, more)];
    });
  }

  #groupMessages(group: string, members: ReadonlyMap<string, readonly Member[]>): StatMessage[] {
    const own = members.get(group);
    return own === undefined ? [] : [...memberMessages(group, own), groupMessage(group, own)];
  }

  #socketMessages(): StatMessage[] {
    if (!this.#publisher.isWanted(statTopic(socketsGroup))) return [];
    this.#sockets.watch(this.#link.sockets);
    const reports = this.#sockets.report();
    if (reports.length === 0) return [];
    const single = reports.map((payload) => ({
      topic: statTopic(socketsGroup, Number(payload['fd'])),
      payload,
    }));
    const addresses = reports.map(({ address = null }) => address);
    const reads = reports.reduce((sum, report) => sum + Number(report['reads']), 0);
    return [...single, { topic: statTopic(socketsGroup), payload: { addresses, reads } }];
  }
}

function oldestOf(samples: readonly Sample[]): number | undefined {
  const ages = samples.flatMap(({ age }) => (typeof age === 'number' ? age : []));
  return ages.length === 0 ? undefined : Math.max(...ages);
}

function push(members: Map<string, Member[]>, group: string, member: Member): void {
  const own = members.get(group);
  if (own === undefined) members.set(group, [member]);
  else own.push(member);
}
