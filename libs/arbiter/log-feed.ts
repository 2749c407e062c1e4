/** One topic of the log channel: counts what has come, and publishes it within bounds. */
import type { LogPiece } from '#libs/protocol';
import { pieceEnd } from '#libs/streams';
import type { LogChannel } from './log-channel.ts';

/** What one message has at most, in bytes: what waits for a slow follower is counted in messages. */
const messageBytes = 16 * 1024;

/**
 * What is published of one topic in a second, and at once after a pause, in bytes. Nobody reads more,
 * and making text of it takes time that others need; what is beyond is missing, and `position` tells.
 */
const bytesPerSecond = 8 * 1024 * 1024;
const burstBytes = 4 * 1024 * 1024;

/** Something that was read and counted. */
export interface FeedRecord extends Omit<LogPiece, 'watcher' | 'bytes' | 'data'> {
  readonly data: Buffer;
}

/** The live output of one watcher and stream, or of one file. */
export class LogFeed {
  readonly topic: string;
  readonly #watcher: string;
  readonly #channel: LogChannel;
  /** Of what was last published. */
  #stream: LogPiece['stream'] = null;
  /** How many bytes have come. */
  position: number;
  /** When somebody was last interested in something new. Monotonic milliseconds. */
  activeMs = Number.NEGATIVE_INFINITY;
  #allowance = burstBytes;
  #allowedMs = 0;

  constructor(
    place: { readonly watcher: string; readonly topic: string; readonly channel: LogChannel },
    position: number,
  ) {
    this.topic = place.topic;
    this.#watcher = place.watcher;
    this.#channel = place.channel;
    this.position = position;
  }

  get isWanted(): boolean {
    return this.#channel.isWanted(this.topic);
  }

  /** Publishes what has just been counted, when anybody is there for it. */
  publish({ data, position, ...facts }: FeedRecord): void {
    if (!this.isWanted) return;
    this.#stream = facts.stream;
    this.activeMs = performance.now();
    if (!this.#allows(data.length)) return;
    for (let from = 0; from < data.length; ) {
      const to = pieceEnd(data, from, messageBytes);
      const place = { position: position + from, bytes: to - from };
      const text = data.toString('utf8', from, to);
      this.#send({ ...facts, ...place, data: text });
      from = to;
    }
  }

  /** Tells where it is: who has lost the end of it learns of that. */
  tell(): void {
    const nobody = { stream: this.#stream, pid: null, wid: null, time: null };
    this.#send({ ...nobody, position: this.position, bytes: 0, data: '' });
  }

  #send(piece: Omit<LogPiece, 'watcher'>): void {
    this.#channel.publish(this.topic, { watcher: this.#watcher, ...piece });
  }

  #allows(bytes: number): boolean {
    const elapsedMs = this.activeMs - this.#allowedMs;
    this.#allowedMs = this.activeMs;
    const more = (elapsedMs / 1_000) * bytesPerSecond;
    this.#allowance = Math.min(burstBytes, this.#allowance + more);
    if (this.#allowance < bytes) return false;
    this.#allowance -= bytes;
    return true;
  }
}
