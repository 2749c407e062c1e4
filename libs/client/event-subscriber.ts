import { isJsonObject, type JsonObject } from '#libs/protocol';
import type { Subscriber } from './sockets.ts';

/** One message of the event, statistics or log channel. */
export interface ReceivedEvent {
  readonly topic: string;
  readonly payload: JsonObject;
}

const everything = '';

/**
 * Messages of a PUB endpoint of circusd or circusd-stats as they come (protocol 3 and 4):
 *
 *     for await (const { topic, payload } of new EventSubscriber(endpoint, ['watcher.web.'])) ...
 *
 * Ends when closed, or when the loop over it is left. Connects anew by itself when the daemon
 * comes back; what was published meanwhile is lost (the command `events` replays it).
 */
export class EventSubscriber implements AsyncIterable<ReceivedEvent> {
  readonly endpoint: string;
  readonly #topics: readonly string[];
  #opening: Promise<Subscriber> | undefined;
  #subscriber: Subscriber | undefined;
  #isClosed = false;

  /** `topics` are prefixes; none at all means everything. */
  constructor(endpoint: string, topics: readonly string[] = []) {
    this.endpoint = endpoint;
    this.#topics = topics.length === 0 ? [everything] : topics;
  }

  /**
   * Connects; reading does so by itself. Call it to be subscribed before asking for a state that
   * events are to keep true.
   *
   * @throws EndpointError the address is unusable
   */
  async open(): Promise<void> {
    this.#opening ??= this.#connect();
    await this.#opening;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReceivedEvent, void> {
    await this.open();
    const subscriber = this.#subscriber;
    if (subscriber === undefined) return;
    try {
      for await (const [topic, json] of subscriber) {
        const payload = parsePayload(json);
        if (payload !== undefined) yield { topic: String(topic), payload };
      }
    } catch (error) {
      // Closed between two messages, zeromq may say that it is no socket any more.
      if (!this.#isClosed) throw error;
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#subscriber?.close();
  }

  async #connect(): Promise<Subscriber> {
    const { openSubscriber } = await import('./sockets.ts');
    const subscriber = openSubscriber(this.endpoint, this.#topics);
    if (this.#isClosed) subscriber.close();
    this.#subscriber = subscriber;
    return subscriber;
  }
}

/** What is no JSON object was not published by a circusd: skipped. */
function parsePayload(json: Buffer | undefined): JsonObject | undefined {
  try {
    const payload: unknown = JSON.parse(String(json));
    return isJsonObject(payload) ? payload : undefined;
  } catch {
    return undefined;
  }
}
