import { EventSubscriber } from '#libs/client';
import type { JsonObject } from '#libs/protocol';
import { bytesOf, numberOf } from './figures.ts';
import { daemonCourse, type Mirror } from './mirror.ts';

/** Nothing published for so long: figures come from elsewhere. */
const silentMs = 5000;

/** What circusd-stats publishes (protocol 4), put into the mirror. */
export class StatsFeed {
  readonly #mirror: Mirror;
  #endpoint = '';
  #subscriber: EventSubscriber | undefined;
  #lastMs = 0;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  get isSilent(): boolean {
    return Date.now() - this.#lastMs > silentMs;
  }

  async subscribe(endpoint: string): Promise<void> {
    if (endpoint === this.#endpoint) return;
    this.#subscriber?.close();
    this.#endpoint = endpoint;
    this.#subscriber = new EventSubscriber(endpoint, ['stat.']);
    await this.#subscriber.open();
    void this.#listen(this.#subscriber);
  }

  close(): void {
    this.#subscriber?.close();
  }

  async #listen(subscriber: EventSubscriber): Promise<void> {
    for await (const { topic, payload } of subscriber) {
      this.#apply(topic.slice('stat.'.length), payload);
    }
  }

  #apply(topic: string, payload: JsonObject): void {
    this.#lastMs = Date.now();
    if (this.#mirror.daemon.figures !== 'channel') this.#mirror.setDaemon({ figures: 'channel' });
    const part = payload['subtopic'];
    // a watcher's name may hold dots: only the payload tells whether the last part is a pid
    const isPart = part !== undefined && topic.endsWith(`.${part}`);
    const inTopic = isPart ? topic.slice(0, -1 - String(part).length) : topic;
    const subject = this.#mirror.nameOf(inTopic);
    if (subject === 'sockets') this.#applySocket(payload);
    else if (subject === 'circus') this.#applySelf(payload);
    else if (isPart) this.#mirror.describeProcess(subject, Number(part), payload);
    else this.#mirror.endPeriod(subject);
  }

  #applySelf(payload: JsonObject): void {
    if (payload['name'] !== 'circusd') return;
    const cpu = numberOf(payload['cpu']);
    const rss = bytesOf(payload['mem_info1']);
    this.#mirror.setDaemon({ cpu, rss });
    this.#mirror.history.add(daemonCourse, [Date.now() / 1000, cpu, rss]);
  }

  #applySocket(payload: JsonObject): void {
    const fd = numberOf(payload['fd']);
    if (fd === null) return;
    this.#mirror.describeSocket(fd, {
      reads: numberOf(payload['reads']),
      queue: numberOf(payload['queue']),
      established: numberOf(payload['established']),
    });
  }
}
