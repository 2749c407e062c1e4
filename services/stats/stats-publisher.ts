/** The stats channel: who wants what of it, and sending it (protocol 4). */
import { chmodSync, rmSync, statSync } from 'node:fs';
import { XPublisher } from 'zeromq';
import type { JsonObject } from '#libs/protocol';

/** Messages that wait for one slow subscriber before it loses some: a few periods of many processes. */
const highWaterMark = 20_000;

/** How often a silent subscriber is asked whether it is still there: nothing is sampled for the dead. */
const heartbeatMs = 5_000;

/** A message of the channel. */
export interface StatMessage {
  readonly topic: string;
  readonly payload: JsonObject;
}

/** Publishes until it is closed. */
export class StatsPublisher {
  readonly #socket = new XPublisher({
    linger: 0,
    sendHighWaterMark: highWaterMark,
    heartbeatInterval: heartbeatMs,
    heartbeatTimeout: 3 * heartbeatMs,
  });
  /** Beginnings of topics that somebody is subscribed to. */
  readonly #topics = new Set<string>();
  readonly #onFirst: () => void;
  /** Of an ipc endpoint. */
  #file: { readonly path: string; readonly inode: number } | undefined;

  /** @param onFirst - somebody is subscribed, and nobody was */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
  }

  /** @throws Error the address is in use or is none */
  async bind(endpoint: string): Promise<void> {
    await this.#socket.bind(endpoint);
    const [, path] = /^ipc:\/\/(\/.+)$/.exec(endpoint) ?? [];
    // As circusd does with its own: what runs here is nobody else's business.
    if (path !== undefined) {
      chmodSync(path, 0o600);
      this.#file = { path, inode: statSync(path).ino };
    }
    void this.#noteSubscriptions();
  }

  get hasSubscribers(): boolean {
    return this.#topics.size > 0;
  }

  /** Whether a message of this topic, or of one that begins with it and a dot, would reach anybody. */
  isWanted(topic: string): boolean {
    for (const beginning of this.#topics) {
      if (topic.startsWith(beginning) || beginning.startsWith(`${topic}.`)) return true;
    }
    return false;
  }

  async send(messages: readonly StatMessage[]): Promise<void> {
    for (const { topic, payload } of messages) {
      if (this.#socket.closed) return;
      await this.#socket.send([topic, JSON.stringify(payload)]);
    }
  }

  close(): void {
    this.#socket.close();
    if (this.#file === undefined) return;
    const { path, inode } = this.#file;
    // When circusd was killed, the next one's may have taken the name meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.ino === inode) rmSync(path, { force: true });
  }

  /** Subscriptions of several to one beginning come once, and go with the last of them. */
  async #noteSubscriptions(): Promise<void> {
    try {
      for await (const [frame] of this.#socket) this.#note(frame ?? Buffer.alloc(1));
    } catch (error) {
      // Closed between two messages, zeromq may say that it is no socket any more.
      if (!this.#socket.closed) throw error;
    }
  }

  /** A byte that says whether it begins or ends, and the beginning of a topic. */
  #note(frame: Buffer): void {
    const hadAny = this.hasSubscribers;
    const beginning = frame.subarray(1).toString();
    if (frame[0] === 1) this.#topics.add(beginning);
    else this.#topics.delete(beginning);
    if (!hadAny && this.hasSubscribers) this.#onFirst();
  }
}
