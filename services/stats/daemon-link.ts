/** When circusd-stats asks circusd, and how it follows its events; over the documented sockets alone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CircusClient, EventSubscriber, type ReceivedEvent } from '#libs/client';
import type { Logger } from '#libs/logging';
import { type JsonObject, messageOf } from '#libs/protocol';
import {
  askDaemonPid,
  askEvents,
  askSockets,
  askStates,
  askWanted,
  askWatchers,
} from './questions.ts';
import { Roster } from './roster.ts';

/** Where some events are missing, more may be on their way. Milliseconds. */
const gatherMs = 100;

/** After an answer that did not come. Milliseconds. */
const retryMs = 1_000;

/** How often circusd is asked for its sockets, and whether events are missing. Milliseconds. */
const checkMs = 10_000;

/** The connection to one circusd. */
export class DaemonLink {
  readonly roster = new Roster();
  /** Of circusd, as it tells; `undefined` before its first answer. */
  daemonPid: number | undefined;
  /** As `listsockets` tells them. */
  sockets: readonly JsonObject[] = [];
  readonly #client: CircusClient;
  readonly #events: EventSubscriber;
  readonly #log: Logger;
  /** Events that come while circusd is asked; `undefined`: nobody asks. */
  #queue: ReceivedEvent[] | undefined = [];
  #isClosed = false;
  #refreshing: Promise<void> | undefined;
  #lastCheck = performance.now();
  /** An event that circusd had published at the last check; by the next one it has come. */
  #dueSeq = 0;

  constructor(client: CircusClient, pubsub: string, log: Logger) {
    this.#client = client;
    this.#events = new EventSubscriber(pubsub, ['watcher.']);
    this.#log = log;
  }

  /**
   * Subscribes, then asks, so that no change falls in between. Resolves when everything is known;
   * goes on following events until `close`.
   *
   * @throws EndpointError an address is unusable
   */
  async open(): Promise<void> {
    await this.#events.open();
    void this.#follow();
    await this.#learn();
  }

  close(): void {
    this.#isClosed = true;
    this.#events.close();
    this.#client.close();
  }

  /** Asks again for what is out of date, as long as somebody wants to know. Returns at once. */
  refresh(): void {
    if (this.#queue !== undefined) return;
    this.#refreshing ??= this.#refresh()
      .catch((error: Error) => this.#log.debug(`circusd does not answer: ${error.message}`))
      .finally(() => {
        this.#refreshing = undefined;
      });
  }

  async #follow(): Promise<void> {
    for await (const event of this.#events) {
      if (this.#queue !== undefined) this.#queue.push(event);
      else if (!this.roster.follow(event.topic, event.payload)) void this.#learn();
    }
  }

  /** Asks for everything, again and again until there is an answer. */
  async #learn(): Promise<void> {
    this.#queue ??= [];
    let hasComplained = false;
    while (!this.#isClosed) {
      try {
        await this.#ask();
        if (this.#catchUp()) return;
        await sleep(gatherMs);
      } catch (error) {
        if (this.#isClosed) return;
        const reason = messageOf(error);
        if (!hasComplained) this.#log.warn(`circusd does not tell its processes: ${reason}`);
        hasComplained = true;
        await sleep(retryMs);
      }
    }
  }

  async #ask(): Promise<void> {
    const { roster } = this;
    let kept = await askEvents(this.#client, roster.seq);
    if (kept !== undefined && kept.newest < roster.seq) {
      roster.forget();
      kept = await askEvents(this.#client, 0);
    }
    const [watchers, pid, sockets] = await Promise.all([
      askWatchers(this.#client),
      askDaemonPid(this.#client),
      askSockets(this.#client),
    ]);
    roster.replace(watchers);
    for (const { topic, payload } of kept?.events ?? []) roster.recall(topic, payload);
    this.daemonPid = pid;
    this.sockets = sockets;
    this.#dueSeq = 0;
  }

  /** Applies what came while circusd was asked. `false`: some is missing, ask again. */
  #catchUp(): boolean {
    const queue = this.#queue ?? [];
    this.#queue = undefined;
    let isComplete = true;
    for (const { topic, payload } of queue) {
      const { seq } = payload;
      const isRecalled = typeof seq === 'number' && seq <= this.roster.seq;
      if (!this.roster.follow(topic, payload) && !isRecalled) isComplete = false;
    }
    if (!isComplete) this.#queue = [];
    return isComplete;
  }

  async #refresh(): Promise<void> {
    const { roster } = this;
    if (roster.isStateStale) {
      roster.isStateStale = false;
      const states = await askStates(this.#client);
      for (const [, record] of roster.watchers)
        record.state = states.get(record.name.toLowerCase());
    }
    for (const group of roster.changed) {
      roster.changed.delete(group);
      const record = roster.find(group);
      if (record !== undefined) record.wanted = await askWanted(this.#client, record.name);
    }
    const now = performance.now();
    if (now - this.#lastCheck < checkMs) return;
    this.#lastCheck = now;
    this.sockets = await askSockets(this.#client);
    await this.#check();
  }

  /** An event that was lost shows when the next one comes; this is for when none comes. */
  async #check(): Promise<void> {
    const { seq } = this.roster;
    const kept = await askEvents(this.#client, seq);
    if (kept === undefined || seq < this.#dueSeq || kept.newest < seq) void this.#learn();
    else this.#dueSeq = kept.newest;
  }
}
