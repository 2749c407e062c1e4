/** What circusd-stats publishes (protocol 4), put into the mirror. */
import { EventSubscriber } from '#libs/client';
import { circusGroup, type JsonObject, parseStatTopic, socketsGroup } from '#libs/protocol';
import { bytesOf, numberOf } from './figures.ts';
import type { Mirror } from './mirror.ts';

/** Nothing published for so long: figures come from elsewhere. */
const silentMs = 5000;

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
    for await (const { topic, payload } of subscriber) this.#apply(topic, payload);
  }

  #apply(topic: string, payload: JsonObject): void {
    const subject = parseStatTopic(topic, payload);
    if (subject === undefined) return;
    this.#lastMs = Date.now();
    if (this.#mirror.daemon.figures !== 'channel') this.#mirror.setDaemon({ figures: 'channel' });
    const { group, number } = subject;
    if (group === circusGroup) this.#applyProgram(number, payload);
    else if (group === socketsGroup) this.#applySocket(number, payload);
    else this.#applyWatcher(this.#mirror.nameOf(group), number, payload);
  }

  #applyWatcher(name: string, pid: number | undefined, payload: JsonObject): void {
    if (pid !== undefined) {
      this.#mirror.describeProcess(name, pid, payload);
      return;
    }
    const uptime = numberOf(payload['uptime']);
    if (uptime !== null) this.#mirror.noteUptime(name, uptime);
    this.#mirror.endPeriod(name);
  }

  /** circusd and the watchers that run parts of circus: one process each. */
  #applyProgram(pid: number | undefined, payload: JsonObject): void {
    if (pid === undefined) return;
    const name = String(payload['name']);
    if (name === 'circusd') {
      this.#mirror.setSelf(numberOf(payload['cpu']), bytesOf(payload['mem_info1']));
    } else {
      this.#mirror.describeProcess(name, pid, payload);
      this.#mirror.endPeriod(name);
    }
  }

  #applySocket(fd: number | undefined, payload: JsonObject): void {
    if (fd === undefined) return;
    this.#mirror.describeSocket(fd, {
      reads: numberOf(payload['reads']),
      queue: numberOf(payload['queue']),
      connections: numberOf(payload['connections']),
    });
  }
}
