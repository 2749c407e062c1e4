/** circusd's events, put into the mirror in their order and each once, whatever was lost on the way. */
import { type CircusClient, EventSubscriber, ReplyError } from '#libs/client';
import { isJsonObject, type JsonObject } from '#libs/protocol';
import type { Mirror } from './mirror.ts';

type Event = readonly [topic: string, payload: JsonObject];

export interface EventFeedOwner {
  /** An event of this watcher was applied. */
  onEvent(watcher: string, topic: string): void;
  /** What was lost cannot be asked for: circusd does not answer. */
  onFault(error: unknown): void;
}

export class EventFeed {
  readonly #client: CircusClient;
  readonly #mirror: Mirror;
  readonly #owner: EventFeedOwner;
  #endpoint = '';
  #subscriber: EventSubscriber | undefined;
  /** Events that came while earlier ones are being asked for. */
  #waiting: Event[] | undefined;

  constructor(client: CircusClient, mirror: Mirror, owner: EventFeedOwner) {
    this.#client = client;
    this.#mirror = mirror;
    this.#owner = owner;
  }

  /** From now on events wait for `replay`. */
  async subscribe(endpoint: string): Promise<void> {
    this.#waiting ??= [];
    if (endpoint === this.#endpoint) return;
    this.#subscriber?.close();
    this.#endpoint = endpoint;
    this.#subscriber = new EventSubscriber(endpoint, ['watcher.']);
    await this.#subscriber.open();
    void this.#listen(this.#subscriber);
  }

  /** Applies what circusd holds since the last event that was applied, then those that wait. */
  async replay(): Promise<void> {
    this.#waiting ??= [];
    try {
      const { events } = await this.#client.call('events', { since: this.#mirror.lastSeq });
      for (const event of Array.isArray(events) ? events.filter(isJsonObject) : []) {
        const { topic, ...payload } = event;
        this.#apply(String(topic), payload);
      }
    } catch (error) {
      // a circusd of old holds none
      if (!(error instanceof ReplyError)) throw error;
    } finally {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      for (const [topic, payload] of waiting) this.#apply(topic, payload);
    }
  }

  close(): void {
    this.#subscriber?.close();
  }

  async #listen(events: EventSubscriber): Promise<void> {
    for await (const { topic, payload } of events) {
      if (this.#waiting !== undefined) this.#waiting.push([topic, payload]);
      else if (this.#mirror.hasMissedBefore(payload)) {
        this.#waiting = [[topic, payload]];
        this.replay().catch((error) => this.#owner.onFault(error));
      } else this.#apply(topic, payload);
    }
  }

  #apply(topic: string, payload: JsonObject): void {
    const watcher = this.#mirror.applyEvent(topic, payload);
    if (watcher !== undefined) this.#owner.onEvent(watcher, topic);
  }
}
