/** The log channel: live output to whoever has subscribed (docs/logs.md). */
import { XPublisher } from 'zeromq';
import type { LogChannel } from '#libs/arbiter';
import { CircusError, type LogPiece, messageOf, readyTopic } from '#libs/protocol';
import type { EndpointLog } from './endpoint-log.ts';
import { Outbox } from './outbox.ts';
import { refuseLiveSocket, SocketFile, socketPath } from './socket-file.ts';

/** Messages, of 16 kB at most, that wait for one slow follower before it loses some. */
const highWaterMark = 1_000;

/** How often a silent follower is asked whether it is still there, in milliseconds. */
const heartbeatMs = 5_000;

/** At the end followers get so long to take the last lines, in milliseconds. */
const lingerMs = 500;

interface OpenChannel {
  readonly socket: XPublisher;
  readonly outbox: Outbox;
  readonly file: SocketFile | undefined;
}

/** Publishes from the first `open` until it is closed. */
export class LogPublisher implements LogChannel {
  readonly #endpoint: string;
  readonly #log: EndpointLog;
  /** Beginnings of topics; ZeroMQ tells each once, however many subscribe to it. */
  readonly #subscriptions = new Set<string>();
  /** The answers of `isWanted` since the last change. */
  readonly #wanted = new Map<string, boolean>();
  #opening: Promise<OpenChannel> | undefined;
  #channel: OpenChannel | undefined;
  #tellChange: () => void = () => undefined;

  constructor(endpoint: string, log: EndpointLog) {
    this.#endpoint = endpoint;
    this.#log = log;
  }

  async open(): Promise<string> {
    this.#opening ??= this.#bind();
    try {
      await this.#opening;
    } catch (error) {
      // It may be free when it is asked for again.
      this.#opening = undefined;
      const cause = messageOf(error);
      const message = `log_endpoint ${this.#endpoint} cannot be bound: ${cause}; [circus] log_endpoint names another`;
      throw new CircusError('failed', message, error);
    }
    return this.#endpoint;
  }

  isWanted(topic: string): boolean {
    if (this.#subscriptions.size === 0) return false;
    const known = this.#wanted.get(topic);
    if (known !== undefined) return known;
    const isWanted = [...this.#subscriptions].some((beginning) => topic.startsWith(beginning));
    this.#wanted.set(topic, isWanted);
    return isWanted;
  }

  publish(topic: string, piece: LogPiece): void {
    this.#channel?.outbox.post([topic, JSON.stringify(piece)]);
  }

  onChange(listener: () => void): void {
    this.#tellChange = listener;
  }

  /** Sends what was published, as far as it is taken at once. */
  async close(): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) return;
    await channel.outbox.flush();
    channel.socket.close();
    channel.file?.remove();
  }

  /** Closes for a hand-over; whether it was open, and is to be opened again. */
  async hold(): Promise<boolean> {
    if (this.#channel === undefined) return false;
    await this.close();
    this.#channel = undefined;
    this.#opening = undefined;
    this.#subscriptions.clear();
    this.#wanted.clear();
    return true;
  }

  async #bind(): Promise<OpenChannel> {
    const socket = new XPublisher({
      linger: lingerMs,
      sendHighWaterMark: highWaterMark,
      heartbeatInterval: heartbeatMs,
      heartbeatTimeout: 3 * heartbeatMs,
    });
    const path = socketPath(this.#endpoint);
    try {
      if (path !== undefined) await refuseLiveSocket(path);
      await socket.bind(this.#endpoint);
    } catch (error) {
      socket.close();
      throw error;
    }
    const outbox = new Outbox(socket, (error) => {
      this.#log.debug(`output was not sent: ${messageOf(error)}`);
    });
    const file = path === undefined ? undefined : SocketFile.made(path);
    this.#channel = { socket, outbox, file };
    void this.#serve(this.#channel);
    return this.#channel;
  }

  /** An XPUB hands subscriptions up: 1 or 0, then the topic. */
  async #serve({ socket, outbox }: OpenChannel): Promise<void> {
    for await (const [frame] of socket) {
      if (frame === undefined || frame.length === 0) continue;
      const topic = frame.toString('utf8', 1);
      if (topic.startsWith(readyTopic)) {
        if (frame[0] === 1) outbox.post([topic, '{}']);
        continue;
      }
      if (frame[0] === 1) this.#subscriptions.add(topic);
      else this.#subscriptions.delete(topic);
      this.#wanted.clear();
      this.#tellChange();
    }
  }
}
