/**
 * Every event once and in order. A subscription alone loses what is published while it is being made,
 * while circusd restarts, and when the reader is slow; the numbers of the events show it, and the
 * command `events` has the latest ones again (design: events and logs).
 */
import {
  type CircusClient,
  EventSubscriber,
  type ReceivedEvent,
  ReplyError,
  TimeoutError,
} from '#libs/client';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';

/** What a feed needs. */
interface FeedOptions {
  readonly client: CircusClient;
  readonly pubsubEndpoint: string;
  /** Told when events are lost for good. */
  readonly warn: (text: string) => void;
  /** How often to ask for events that never came, in milliseconds. */
  readonly checkEveryMs: number;
}

/** The subscription has reached circusd by then, as a rule: events lost until then are asked for. */
const firstCheckMs = 300;

/** circusd answers at once, or is away. Milliseconds. */
const askTimeoutMs = 2_000;

/** Of what circusd holds. */
interface Replay {
  readonly events: readonly ReceivedEvent[];
  readonly oldest: number;
  readonly newest: number;
}

/** Events of one circusd, and of those that follow it at the same endpoints. */
export class EventFeed {
  readonly #options: FeedOptions;
  readonly #subscriber: EventSubscriber;
  #handle: (event: ReceivedEvent) => void | Promise<void> = () => undefined;
  /** The number of the newest event that was handed on; undefined before the first one. */
  #last: number | undefined;
  /** That event, once one was handed on: circusd's events by number may be another one's some day. */
  #lastEvent: ReceivedEvent | undefined;
  /** Numbers of events that were asked for, and that the subscription may still bring. */
  readonly #early = new Set<number>();
  /** An original daemon has neither numbers nor `events`. */
  #canAsk = true;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#subscriber = new EventSubscriber(options.pubsubEndpoint, ['watcher.']);
  }

  /** Subscribes. What is published from now on is handed on by `run`, as far as circusd holds it. */
  async open(): Promise<void> {
    await this.#subscriber.open();
    const newest = (await this.#ask(Number.MAX_SAFE_INTEGER))?.newest;
    this.#last ??= newest;
  }

  /** Hands on events, one after another, until it is closed. */
  async run(handle: (event: ReceivedEvent) => void | Promise<void>): Promise<void> {
    this.#handle = handle;
    this.#checkAfter(firstCheckMs);
    for await (const event of this.#subscriber) {
      if (this.#isClosed) return;
      await this.#alone(() => this.#receive(event));
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#subscriber.close();
  }

  #checkAfter(ms: number): void {
    if (this.#isClosed || !this.#canAsk) return;
    this.#timer = setTimeout(() => {
      const checkAgain = (): void => this.#checkAfter(this.#options.checkEveryMs);
      this.#check().then(checkAgain, checkAgain);
    }, ms);
  }

  /** Events that come meanwhile do not wait for the answer: circusd may be away. */
  async #check(): Promise<void> {
    const asked = this.#last ?? 0;
    const replay = await this.#ask(Math.max(0, asked - 1));
    if (replay !== undefined) await this.#alone(() => this.#deliver(replay, asked));
  }

  /** Events of the subscription and events that were asked for go one after another. */
  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #receive(event: ReceivedEvent): Promise<void> {
    const seq = seqOf(event);
    if (seq === undefined || this.#last === undefined) {
      await this.#handOn(event, seq);
    } else if (this.#wasEarly(seq)) {
      return;
    } else if (seq <= this.#last) {
      this.#beginAnew();
      await this.#catchUp();
      if (seq > this.#last) await this.#handOn(event, seq);
      else this.#wasEarly(seq);
    } else {
      if (seq > this.#last + 1) await this.#catchUp(seq);
      if (!this.#wasEarly(seq)) await this.#handOn(event, seq);
    }
  }

  /** Hands on what circusd has and the subscription has not brought, before number `until` or all. */
  async #catchUp(until = Number.POSITIVE_INFINITY): Promise<void> {
    const asked = this.#last ?? 0;
    const replay = await this.#ask(Math.max(0, asked - 1));
    if (replay !== undefined) await this.#deliver(replay, asked, until);
  }

  /** @param asked - the number of the newest event when circusd was asked */
  async #deliver(replay: Replay, asked: number, until = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#isClosed) return;
    if (this.#last === undefined) this.#last = replay.newest;
    if (!this.#isSameDaemon(replay, asked)) {
      this.#beginAnew();
      return await this.#catchUp(until);
    }
    const after = this.#last;
    const missed = replay.oldest - after - 1;
    if (missed > 0 && after > 0) {
      this.#options.warn(`${missed} events are lost: circusd does not hold them any more`);
    }
    for (const event of replay.events) {
      const seq = seqOf(event) ?? 0;
      if (seq <= after || seq >= until) continue;
      this.#early.add(seq);
      await this.#handOn(event, seq);
    }
  }

  /** Numbers begin anew with a new circusd: the same number is then another event. */
  #isSameDaemon({ events, newest }: Replay, asked: number): boolean {
    const last = this.#last ?? 0;
    if (newest < asked) return false;
    const again = events.find((event) => seqOf(event) === last);
    if (again === undefined || this.#lastEvent === undefined) return true;
    if (seqOf(this.#lastEvent) !== last) return true;
    return again.payload['time'] === this.#lastEvent.payload['time'];
  }

  #beginAnew(): void {
    this.#last = 0;
    this.#lastEvent = undefined;
    this.#early.clear();
  }

  /** Whether it was handed on before. Those below it were, and never come. */
  #wasEarly(seq: number): boolean {
    const found = this.#early.has(seq);
    for (const number of this.#early) {
      if (number > seq) break;
      this.#early.delete(number);
    }
    return found;
  }

  async #handOn(event: ReceivedEvent, seq: number | undefined): Promise<void> {
    if (seq !== undefined) {
      this.#last = seq;
      this.#lastEvent = event;
    }
    if (!this.#isClosed) await this.#handle(event);
  }

  async #ask(since: number): Promise<Replay | undefined> {
    if (!this.#canAsk) return undefined;
    try {
      const { client } = this.#options;
      return readReplay(await client.call('events', { since }, { timeoutMs: askTimeoutMs }));
    } catch (error) {
      // Unknown command: an original daemon. No answer: circusd is away, and is asked again later.
      if (error instanceof ReplyError) this.#canAsk = false;
      else if (!(error instanceof TimeoutError) && !this.#isClosed) throw error;
      return undefined;
    }
  }
}

function seqOf({ payload }: ReceivedEvent): number | undefined {
  const { seq } = payload;
  return typeof seq === 'number' ? seq : undefined;
}

function readReplay({ events, oldest, newest }: JsonObject): Replay {
  const list: readonly Json[] = Array.isArray(events) ? events : [];
  const received = list.flatMap((item) => {
    if (!isJsonObject(item)) return [];
    const { topic, ...payload } = item;
    return [{ topic: String(topic), payload }];
  });
  return { events: received, oldest: Number(oldest), newest: Number(newest) };
}
