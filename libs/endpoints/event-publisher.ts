/** The event channel: every event to whoever has subscribed (protocol 3). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PublishedEvent } from '#libs/protocol';
import { Binding, type SavedBinding } from './binding.ts';
import type { EndpointLog } from './endpoint-log.ts';
import { Outbox } from './outbox.ts';
import { ListeningPublisher } from './zeromq-sockets.ts';

/** Events that wait for one slow subscriber before it loses some; it sees that by `seq`. */
const highWaterMark = 100_000;

/** How often a silent subscriber is asked whether it is still there, in milliseconds. */
const heartbeatMs = 5_000;

/** How long events wait for those who were subscribed before a hand-over. Milliseconds. */
const returnMs = 1_000;

/** How long those that read slowly hold up a hand-over. Milliseconds. */
const lingerMs = 100;

/** The channel as this program or the next one opens it again. */
export interface SavedPublisher {
  readonly binding: SavedBinding;
  /** Who was subscribed: how many to each topic. */
  readonly topics: readonly (readonly [topic: string, count: number])[];
  /** Published, and sent to nobody yet. */
  readonly held: readonly PublishedEvent[];
}

/** Publishes until it is closed. */
export class EventPublisher {
  readonly #log: EndpointLog;
  #socket = makeSocket();
  #outbox = this.#makeOutbox();
  #binding: Binding | undefined;
  #serving: Promise<void> = Promise.resolve();
  #topics = new Map<string, number>();
  /** As it was before the channel was closed. */
  #former: SavedPublisher['topics'] = [];
  #onSubscription: () => void = () => undefined;
  /** While it is held, events wait here. */
  #held: PublishedEvent[] | undefined;

  constructor(log: EndpointLog) {
    this.#log = log;
  }

  /** @throws BindError the address is in use or is none */
  async open(endpoint: string): Promise<void> {
    this.#binding = await Binding.make(this.#socket, 'pubsub_endpoint', endpoint);
    this.#serving = this.#serve();
  }

  publish(event: PublishedEvent): void {
    if (this.#held === undefined) this.#send(event);
    else this.#held.push(event);
  }

  /** Sends what was published, serves no more, and removes its file. */
  async close(): Promise<void> {
    this.#release();
    await this.#outbox.flush();
    this.#socket.close();
    this.#binding?.remove();
    await this.#serving;
  }

  /** Sends what was published and closes, but for the address: that is held. Then `handOver`. */
  async hold(): Promise<SavedBinding | undefined> {
    this.#held ??= [];
    this.#former = [...this.#topics];
    await this.#outbox.flush();
    this.#socket.linger = lingerMs;
    return await this.#binding?.hold(this.#socket);
  }

  /** After `hold`: who was subscribed, and what they have not seen. */
  handOver(binding: SavedBinding): SavedPublisher {
    return { binding, topics: this.#former, held: this.#held ?? [] };
  }

  /** Events wait from now on, after those that waited already. */
  takeOver({ held }: SavedPublisher): void {
    this.#held = [...held];
  }

  /**
   * Opens the channel again. Events wait until everybody is back, for a second at most.
   *
   * @throws Error the address is gone
   */
  async openAgain({ binding, topics }: SavedPublisher): Promise<void> {
    this.#socket = makeSocket();
    this.#outbox = this.#makeOutbox();
    this.#topics = new Map();
    this.#binding = await Binding.takeOver(this.#socket, binding);
    this.#serving = this.#serve();
    void this.#releaseLater(topics);
  }

  async #releaseLater(topics: SavedPublisher['topics']): Promise<void> {
    const returned = new Promise<void>((resolve) => {
      this.#onSubscription = () => {
        if (topics.every(([topic, count]) => (this.#topics.get(topic) ?? 0) >= count)) resolve();
      };
      this.#onSubscription();
    });
    await Promise.race([returned, sleep(returnMs, undefined, { ref: false })]);
    this.#release();
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.#send(event);
  }

  #send({ topic, payload }: PublishedEvent): void {
    this.#outbox.post([topic, JSON.stringify(payload)]);
  }

  /** Counts subscriptions, which an XPUB hands up: a byte, 1 to begin and 0 to end, and the topic. */
  async #serve(): Promise<void> {
    for await (const [message] of this.#socket) {
      const kind = message?.[0];
      if (message === undefined || kind === undefined || kind > 1) continue;
      const topic = message.toString('utf8', 1);
      const count = (this.#topics.get(topic) ?? 0) + (kind === 1 ? 1 : -1);
      if (count > 0) this.#topics.set(topic, count);
      else this.#topics.delete(topic);
      this.#onSubscription();
    }
  }

  #makeOutbox(): Outbox {
    return new Outbox(this.#socket, (error) => {
      const text = error instanceof Error ? error.message : String(error);
      this.#log.error(`an event was not sent: ${text}`);
    });
  }
}

function makeSocket(): ListeningPublisher {
  const socket = new ListeningPublisher({
    linger: 1_000,
    sendHighWaterMark: highWaterMark,
    heartbeatInterval: heartbeatMs,
    heartbeatTimeout: 3 * heartbeatMs,
  });
  // Of each subscriber, and not only the first and the last of a topic.
  socket.verbosity = 'allSubsUnsubs';
  return socket;
}
