/** The daemon that `--check` plays: the two sockets of circusd, and a note of all that a plugin does. */
import { Router, XPublisher } from 'zeromq';
import { dispatch } from '#libs/commands';
import { type EventName, eventTopic, isJsonObject, type JsonObject } from '#libs/protocol';
import { scriptedController } from './scripted-controller.ts';

/** One request that was no good, and why. */
export interface BadRequest {
  readonly what: string;
  readonly why: string;
}

/** Listens on two ports of the loopback. */
export class ScriptedDaemon {
  readonly endpoint: string;
  readonly pubsub: string;
  /** What the plugin is subscribed to. */
  readonly topics = new Set<string>();
  readonly badRequests: BadRequest[] = [];
  requestCount = 0;
  readonly #router: Router;
  readonly #events: XPublisher;
  readonly #controller = scriptedController();
  #seq = 0;
  #lastSend: Promise<void> = Promise.resolve();

  /** On free ports, or on those of an earlier one. */
  static async start(earlier?: { endpoint: string; pubsub: string }): Promise<ScriptedDaemon> {
    const router = new Router({ linger: 0, sendTimeout: 0 });
    const events = new XPublisher({ linger: 0, sendHighWaterMark: 0 });
    const anyPort = 'tcp://127.0.0.1:*';
    await router.bind(earlier?.endpoint ?? anyPort);
    await events.bind(earlier?.pubsub ?? anyPort);
    return new ScriptedDaemon(router, events);
  }

  private constructor(router: Router, events: XPublisher) {
    this.#router = router;
    this.#events = events;
    this.endpoint = router.lastEndpoint ?? '';
    this.pubsub = events.lastEndpoint ?? '';
    void this.#serve();
    void this.#noteSubscriptions();
  }

  /** Whether an event of this topic reaches the plugin. */
  isSubscribedTo(topic: string): boolean {
    return [...this.topics].some((prefix) => topic.startsWith(prefix));
  }

  async publish(watcher: string, event: EventName, facts: JsonObject = {}): Promise<void> {
    this.#seq += 1;
    const payload = { time: Date.now() / 1_000, ...facts, seq: this.#seq, wseq: this.#seq };
    const frames = [eventTopic(watcher, event), JSON.stringify(payload)];
    this.#lastSend = this.#lastSend.then(() => this.#events.send(frames));
    await this.#lastSend;
  }

  /** As if so many events had been lost on the way. */
  loseEvents(count: number): void {
    this.#seq += count;
  }

  close(): void {
    this.#router.close();
    this.#events.close();
  }

  async #serve(): Promise<void> {
    for await (const frames of this.#router) {
      this.requestCount += 1;
      const [identity, ...rest] = frames;
      const body = rest.at(-1);
      const hasDelimiter = rest.length === 2 && rest[0]?.length === 0;
      if (identity === undefined || body === undefined || (rest.length !== 1 && !hasDelimiter)) {
        const why = 'one frame is right, or an empty one and one';
        this.badRequests.push({ what: `a request of ${rest.length} frames`, why });
        continue;
      }
      const reply = await this.#answer(body);
      if (reply !== undefined) {
        await this.#router.send([...frames.slice(0, -1), reply]).catch(() => undefined);
      }
    }
  }

  /** A cast is answered here too, to see whether it would have been right. */
  async #answer(body: Buffer): Promise<string | undefined> {
    const text = body.toString();
    const message = parse(text);
    const isCast = message?.['msg_type'] === 'cast';
    const asCall = isCast ? Buffer.from(JSON.stringify({ ...message, msg_type: null })) : body;
    const reply = (await dispatch(this.#controller, asCall)) ?? '';
    const { status, reason } = parse(reply) ?? {};
    if (status === 'error') {
      this.badRequests.push({ what: JSON.stringify(text.slice(0, 200)), why: String(reason) });
    }
    return isCast ? undefined : reply;
  }

  async #noteSubscriptions(): Promise<void> {
    for await (const [frame = Buffer.alloc(1)] of this.#events) {
      const topic = frame.subarray(1).toString();
      if (frame[0] === 1) this.topics.add(topic);
      else this.topics.delete(topic);
    }
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
