/** The control endpoint: requests come in over a ROUTER, replies go back (protocol 1). */
import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'zeromq';
import { dispatch } from '#libs/commands';
import type { Logger } from '#libs/logging';
import type { Controller } from '#libs/protocol';
import { Outbox } from './outbox.ts';

/** A request larger than this is dropped: no command needs so much. Bytes. */
const maxRequestBytes = 1024 * 1024;

/** ZeroMQ itself cuts off a client that sends more than this. Bytes. */
const maxFrameBytes = 64 * 1024 * 1024;

/** How long the end waits for answers. All of them are known by then; this is for a fault of ours. */
const lastWordsMs = 1_000;

/** Serves commands until it is closed. */
export class ControlEndpoint {
  readonly #socket = new Router({ linger: 1_000, maxMessageSize: maxFrameBytes, sendTimeout: 0 });
  readonly #outbox: Outbox;
  readonly #controller: Controller;
  readonly #log: Logger;
  /** Requests whose answer is not sent yet. */
  readonly #open = new Set<Promise<void>>();
  #isClosing = false;

  constructor(controller: Controller, log: Logger) {
    this.#controller = controller;
    this.#log = log;
    this.#outbox = new Outbox(this.#socket, (error) => {
      log.debug(`a reply was not sent: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  /** @throws Error the address is in use or is none */
  async bind(endpoint: string): Promise<void> {
    await this.#socket.bind(endpoint);
  }

  /** Answers requests; resolves when the endpoint is closed. */
  async serve(): Promise<void> {
    for await (const frames of this.#socket) {
      if (this.#isClosing) return;
      const answered = this.#answer(frames).finally(() => this.#open.delete(answered));
      this.#open.add(answered);
    }
  }

  /** Answers what was asked, `quit` among it, and serves no more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.race([Promise.all(this.#open), sleep(lastWordsMs, undefined, { ref: false })]);
    await this.#outbox.flush();
    this.#socket.close();
  }

  /** `[id, json]` and `[id, "", json]` are answered in their own form; anything else is dropped. */
  async #answer(frames: Buffer[]): Promise<void> {
    const body = frames.at(-1);
    const hasDelimiter = frames.length === 3 && frames[1]?.length === 0;
    if (body === undefined || (frames.length !== 2 && !hasDelimiter)) {
      this.#log.warn(
        `dropped a request of ${frames.length} frames; one, or an empty one and one, are right`,
      );
      return;
    }
    if (body.length > maxRequestBytes) {
      this.#log.warn(
        `dropped a request of ${body.length} bytes; at most ${maxRequestBytes} are right`,
      );
      return;
    }
    const reply = await dispatch(this.#controller, body, {
      onFault: (error, command) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#log.error(`fault in command ${command}: ${text}`);
      },
      onFailure: (error, command) => this.#log.error(`${command} has failed: ${error.message}`),
    });
    if (reply !== undefined) this.#outbox.post([...frames.slice(0, -1), reply]);
  }
}
