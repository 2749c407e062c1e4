/** The event channel: every event to whoever has subscribed (protocol 3). */
import { XPublisher } from 'zeromq';
import type { Logger } from '#libs/logging';
import type { PublishedEvent } from '#libs/protocol';
import { Outbox } from './outbox.ts';

/** Events that wait for one slow subscriber before it loses some; it sees that by `seq`. */
const highWaterMark = 100_000;

/** How often a silent subscriber is asked whether it is still there, in milliseconds. */
const heartbeatMs = 5_000;

/** Publishes until it is closed. */
export class EventPublisher {
  readonly #socket = new XPublisher({
    linger: 1_000,
    sendHighWaterMark: highWaterMark,
    heartbeatInterval: heartbeatMs,
    heartbeatTimeout: 3 * heartbeatMs,
  });
  readonly #outbox: Outbox;

  constructor(log: Logger) {
    this.#outbox = new Outbox(this.#socket, (error) => {
      log.error(`an event was not sent: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  /** @throws Error the address is in use or is none */
  async bind(endpoint: string): Promise<void> {
    await this.#socket.bind(endpoint);
  }

  /** Reads subscriptions, which an XPUB hands up; resolves when the channel is closed. */
  async serve(): Promise<void> {
    for await (const _ of this.#socket);
  }

  publish({ topic, payload }: PublishedEvent): void {
    this.#outbox.post([topic, JSON.stringify(payload)]);
  }

  async close(): Promise<void> {
    await this.#outbox.flush();
    this.#socket.close();
  }
}
