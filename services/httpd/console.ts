/** One circusd, as all pages share it. */
import type { CircusClient } from '#libs/client';
import type { Logger } from '#libs/logging';
import { DaemonLink } from './daemon-link.ts';
import { Hub } from './hub.ts';
import { type LogReader, LogTail } from './log-tail.ts';
import { Mirror } from './mirror.ts';

export class Console {
  readonly mirror: Mirror;
  readonly hub: Hub;
  readonly #link: DaemonLink;

  constructor(endpoint: string, log: Logger) {
    this.mirror = new Mirror(endpoint);
    this.hub = new Hub(this.mirror);
    this.#link = new DaemonLink(endpoint, this.mirror, log);
    this.#link.hasViewers = () => this.hub.hasListeners;
    this.#link.start();
  }

  get client(): CircusClient {
    return this.#link.client;
  }

  /** Follows a watcher's output for one page, until closed. */
  openTail(watcher: string, reader: LogReader): LogTail {
    return new LogTail(() => this.client, watcher, reader);
  }

  close(): void {
    this.hub.close();
    this.#link.close();
  }
}
