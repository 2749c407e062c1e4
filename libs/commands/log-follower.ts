/** Follows the output of watchers: what was there, then all that comes, none missing and none twice. */
import { randomUUID } from 'node:crypto';
import {
  type JsonObject,
  type LogPiece,
  type LogReply,
  readyTopic,
  topicName,
} from '#libs/protocol';
import type { ClientSide, Subscription } from './client-side.ts';
import { LogPositions } from './log-positions.ts';

/** How often circusd is asked whether it is the same one still, in milliseconds. */
const askEveryMs = 5_000;

/** What is followed. */
export interface LogWish {
  /** Of the watchers; none at all is every watcher. */
  readonly names: readonly string[];
  /** The properties of `logs` but `follow`. */
  readonly properties: JsonObject;
  isMeant(piece: LogPiece): boolean;
}

/** Who is told what comes. */
export interface LogListener {
  /**
   * What was there when following began; with `isFirst` false that of a circusd that was started
   * again.
   */
  begin(reply: LogReply, isFirst: boolean): void;
  piece(piece: LogPiece): void;
  /** So many bytes before this piece came too fast, and are missing. */
  gap(piece: LogPiece, missing: number): void;
}

export class LogFollower {
  readonly #side: Pick<ClientSide, 'call' | 'subscribe' | 'reach'>;
  readonly #wish: LogWish;
  readonly #listener: LogListener;
  #subscription: Subscription | undefined;
  #isClosed = false;

  constructor(
    side: Pick<ClientSide, 'call' | 'subscribe' | 'reach'>,
    wish: LogWish,
    listener: LogListener,
  ) {
    this.#side = side;
    this.#wish = wish;
    this.#listener = listener;
  }

  /**
   * Follows until closed or until the side ends the subscription; a circusd that was started again is
   * followed too.
   *
   * @throws Error circusd does not answer, or refuses: there is no such watcher
   */
  async run(): Promise<void> {
    for (let isFirst = true; !this.#isClosed; isFirst = false) {
      const reply = await this.#ask();
      const isRestarted = await this.#follow(reply, isFirst);
      if (!isRestarted) return;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#subscription?.close();
  }

  /** Whether it ended because circusd was started again. */
  async #follow({ endpoint = '', instance }: LogReply, isFirst: boolean): Promise<boolean> {
    if (this.#isClosed) return false;
    const { names } = this.#wish;
    const topics = names.length > 0 ? names.map((name) => `log.${topicName(name)}.`) : ['log.'];
    // Subscriptions take effect in their order: when the last one is answered, all of them hold.
    const ready = `${readyTopic}${randomUUID()}`;
    const subscription = this.#side.subscribe(this.#side.reach(endpoint), [...topics, ready]);
    this.#subscription = subscription;
    let isRestarted = false;
    const stopAsking = this.#askRepeatedly(instance, () => {
      isRestarted = true;
      subscription.close();
    });
    try {
      await this.#take(subscription, ready, isFirst);
      return isRestarted;
    } finally {
      stopAsking();
      subscription.close();
    }
  }

  async #take(subscription: Subscription, ready: string, isFirst: boolean): Promise<void> {
    const positions = new LogPositions();
    const early: LogPiece[] = [];
    let isReady = false;
    for await (const { topic, payload } of subscription) {
      const piece = payload as unknown as LogPiece;
      if (topic === ready) {
        isReady = true;
        await this.#begin(positions, isFirst);
        for (const one of early) this.#pass(positions, topicOf(one), one);
      } else if (isReady) this.#pass(positions, topic, piece);
      else early.push(piece);
    }
  }

  /** What was there when the subscription began to hold. */
  async #begin(positions: LogPositions, isFirst: boolean): Promise<void> {
    const reply = await this.#ask();
    for (const { topic, position } of reply.sources) positions.begin(topic, position);
    this.#listener.begin(reply, isFirst);
  }

  #pass(positions: LogPositions, topic: string, piece: LogPiece): void {
    if (!this.#wish.isMeant(piece)) return;
    const { isNew, missing } = positions.advance(topic, piece);
    if (missing > 0) this.#listener.gap(piece, missing);
    if (isNew) this.#listener.piece(piece);
  }

  #askRepeatedly(known: string, onRestart: () => void): () => void {
    const timer = setInterval(() => {
      const properties = { ...this.#wish.properties, lines: 0, follow: true };
      this.#side.call('logs', properties).then(
        ({ instance }) => (instance === known ? undefined : onRestart()),
        // Not there just now, or the watcher is not: it is asked again.
        () => undefined,
      );
    }, askEveryMs);
    return () => clearInterval(timer);
  }

  async #ask(): Promise<LogReply> {
    const reply = await this.#side.call('logs', { ...this.#wish.properties, follow: true });
    return reply as unknown as LogReply;
  }
}

function topicOf({ watcher, stream }: LogPiece): string {
  return `log.${topicName(watcher)}.${stream ?? 'stdout'}`;
}
