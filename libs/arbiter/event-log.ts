/** Numbers every event, keeps the last ones for `events`, and hands each to the publisher. */
import {
  type EventName,
  type EventPayload,
  type EventReplay,
  eventTopic,
  type PublishedEvent,
  topicName,
} from '#libs/protocol';
import type { EventFacts } from '#libs/supervision';

/** How many events can be asked for again. */
const ringSize = 10_000;

/** Told of every event, in order. Must not throw. */
export type EventListener = (event: PublishedEvent) => void;

/** Events as the next program of this process goes on with them. */
export interface SavedEvents {
  readonly seq: number;
  /** By watcher, as in topics. */
  readonly wseqs: readonly (readonly [name: string, wseq: number])[];
  /** Those that are kept, oldest first. */
  readonly ring: readonly PublishedEvent[];
}

/** The events of one daemon. */
export class EventLog {
  readonly #listener: EventListener;
  readonly #ring: PublishedEvent[] = [];
  readonly #watcherSeqs = new Map<string, number>();
  #seq = 0;

  constructor(listener: EventListener) {
    this.#listener = listener;
  }

  /** Publishes an event about a watcher, one of ours or of the program that embeds us. `time` is epoch seconds. */
  publish(
    watcher: string,
    event: EventName | (string & {}),
    facts: EventFacts,
    time: number,
  ): void {
    const name = topicName(watcher);
    this.#seq += 1;
    const wseq = (this.#watcherSeqs.get(name) ?? 0) + 1;
    this.#watcherSeqs.set(name, wseq);
    const payload: EventPayload = { time, ...facts, seq: this.#seq, wseq };
    const published = { topic: eventTopic(watcher, event), payload };
    this.#ring[this.#seq % ringSize] = published;
    this.#listener(published);
  }

  /** Changes nothing. */
  handOver(): SavedEvents {
    const { events } = this.replay(0);
    return { seq: this.#seq, wseqs: [...this.#watcherSeqs], ring: events };
  }

  /** To be called once, before anything is published. */
  takeOver({ seq, wseqs, ring }: SavedEvents): void {
    this.#seq = seq;
    for (const [name, wseq] of wseqs) this.#watcherSeqs.set(name, wseq);
    for (const event of ring) this.#ring[event.payload.seq % ringSize] = event;
  }

  /** Events after number `since`, oldest first; of one watcher only, when named. */
  replay(since: number, watcher?: string): EventReplay {
    const oldest = this.#seq === 0 ? 0 : Math.max(1, this.#seq - ringSize + 1);
    const prefix = watcher === undefined ? '' : eventTopic(watcher, 'spawn').replace(/spawn$/, '');
    const events: PublishedEvent[] = [];
    for (let seq = Math.max(oldest, since + 1, 1); seq <= this.#seq; seq += 1) {
      const event = this.#ring[seq % ringSize];
      if (event !== undefined && isOf(event, prefix)) events.push(event);
    }
    return { events, oldest, newest: this.#seq };
  }
}

/** Whether an event's topic is this prefix and one last word: names may hold dots. */
function isOf({ topic }: PublishedEvent, prefix: string): boolean {
  return topic.startsWith(prefix) && !(prefix !== '' && topic.slice(prefix.length).includes('.'));
}
