/** Every event of a daemon in order, whatever connections are lost: gaps are asked for and filled. */
import type { JsonObject } from '#libs/protocol';
import { Ledger } from '../chaos/ledger.ts';
import type { RunningDaemon } from '../daemon/index.ts';

/** One event, as `events` and the channel tell it. */
export interface FollowedEvent {
  readonly topic: string;
  readonly payload: JsonObject;
}

/** Follows a daemon from its next event on. */
export class FollowedEvents {
  readonly ledger = new Ledger();
  readonly all: FollowedEvent[] = [];
  /** Events that did not come by themselves. */
  replayed = 0;
  /** Events that could not be had any more. */
  lost = 0;
  readonly #daemon: RunningDaemon;
  #last = 0;

  constructor(daemon: RunningDaemon) {
    this.#daemon = daemon;
  }

  /** Reads until the channel ends. */
  async follow(): Promise<void> {
    const events = await this.#daemon.openEvents();
    await this.catchUp();
    this.replayed = 0;
    for await (const event of events) {
      const seq = Number(event.payload['seq']);
      if (this.#last > 0 && seq > this.#last + 1) await this.catchUp();
      if (seq > this.#last) this.#note(event);
    }
  }

  /** Asks for what has not come. */
  async catchUp(): Promise<void> {
    const { events } = await this.#daemon.client.call('events', { since: this.#last });
    for (const { topic, ...payload } of events as unknown as (JsonObject & { topic: string })[]) {
      if (Number(payload['seq']) <= this.#last) continue;
      this.replayed += 1;
      this.#note({ topic, payload });
    }
  }

  #note(event: FollowedEvent): void {
    const seq = Number(event.payload['seq']);
    if (this.#last > 0) this.lost += seq - this.#last - 1;
    this.#last = seq;
    this.all.push(event);
    this.ledger.note(event.topic, event.payload);
  }
}
