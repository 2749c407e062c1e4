/**
 * A daemon that knows protocol.md and nothing else: what companions (circusd-stats, plugins, the web
 * console) are tested against. It has watchers with pids, answers the commands that only look, notes
 * all others and says ok to them, and publishes what a test tells it to.
 */
import type { TestContext } from 'node:test';
import { XPublisher } from 'zeromq';
import type { Json, JsonObject } from '#libs/protocol';
import { type ReceivedRequest, ScriptedDaemon } from '../libs/client/scripted-daemon.ts';
import { until } from '../system/until.ts';

/** A watcher of the scripted daemon. */
export interface ScriptedWatcher {
  pids: number[];
  status?: string;
  /** Default: as many as there are pids. */
  numprocesses?: number;
  options?: JsonObject;
}

/** The reply's keys to one command; `status: 'error'` with `reason` and `errno` is an error. */
type AnswerTo = (properties: Record<string, unknown>) => JsonObject | undefined;

/** What a scripted daemon begins with. */
export interface ScriptedState {
  readonly watchers?: Record<string, ScriptedWatcher>;
  readonly sockets?: JsonObject[];
  /** `circusd` of 0.19 counts no events. Default true. */
  readonly countsEvents?: boolean;
}

export class ProtocolDaemon {
  /** By name as `list` gives it: in lower case. Tests change it, and publish what has changed. */
  readonly watchers: Record<string, ScriptedWatcher>;
  sockets: JsonObject[];
  /** Replaces or adds the answer to a command; `undefined` from it: silence. */
  readonly answers = new Map<string, AnswerTo>();
  readonly #countsEvents: boolean;
  readonly #router: ScriptedDaemon;
  readonly #events: XPublisher;
  readonly #published: JsonObject[] = [];
  readonly #topics = new Set<string>();
  #seq = 0;
  #lastSend: Promise<void> = Promise.resolve();

  /** Ends with the test. */
  static async start(t: TestContext, state: ScriptedState = {}): Promise<ProtocolDaemon> {
    let daemon: ProtocolDaemon | undefined;
    const router = await ScriptedDaemon.start((request) => daemon?.answer(request));
    const events = new XPublisher({ linger: 0 });
    await events.bind('tcp://127.0.0.1:*');
    daemon = new ProtocolDaemon(router, events, state);
    const started = daemon;
    t.after(() => started.stop());
    return started;
  }

  private constructor(router: ScriptedDaemon, events: XPublisher, state: ScriptedState) {
    this.#router = router;
    this.#events = events;
    this.watchers = state.watchers ?? {};
    this.sockets = state.sockets ?? [];
    this.#countsEvents = state.countsEvents ?? true;
    void this.#noteSubscriptions();
  }

  get endpoint(): string {
    return this.#router.endpoint;
  }

  get pubsub(): string {
    return this.#events.lastEndpoint ?? '';
  }

  /** Everything that was asked so far, casts too. */
  get requests(): readonly ReceivedRequest[] {
    return this.#router.requests;
  }

  /** How often a command was sent. */
  countOf(command: string): number {
    return this.requests.filter((request) => request.command === command).length;
  }

  /** Waits until somebody is subscribed to this beginning of a topic. */
  async subscribed(topic = 'watcher.'): Promise<void> {
    await until(`a subscription to ${topic}`, () => this.#topics.has(topic));
  }

  /** Publishes an event of a watcher; `time`, `seq` and `wseq` are added. */
  async publish(watcher: string, event: string, facts: JsonObject = {}): Promise<void> {
    this.#seq += 1;
    const numbers = this.#countsEvents ? { seq: this.#seq, wseq: this.#seq } : {};
    const topic = `watcher.${watcher.toLowerCase().replaceAll(' ', '_')}.${event}`;
    const payload = { time: Date.now() / 1_000, ...numbers, ...facts };
    this.#published.push({ topic, ...payload });
    this.#lastSend = this.#lastSend.then(() => this.#events.send([topic, JSON.stringify(payload)]));
    await this.#lastSend;
  }

  /** As if so many events had been published that nobody has received. */
  loseEvents(count = 1): void {
    this.#seq += count;
  }

  stop(): void {
    this.#router.stop();
    if (!this.#events.closed) this.#events.close();
  }

  private answer({ id, command, properties, msg_type }: ReceivedRequest): JsonObject | undefined {
    const scripted = this.answers.get(command);
    const body =
      scripted === undefined ? this.#answerTo(command, properties) : scripted(properties);
    if (body === undefined || msg_type === 'cast') return undefined;
    return { status: 'ok', time: Date.now() / 1_000, ...body, id };
  }

  #answerTo(command: string, { name, keys }: Record<string, unknown>): JsonObject {
    const known = typeof name === 'string' ? this.watchers[name.toLowerCase()] : undefined;
    if (typeof name === 'string' && known === undefined) {
      return { status: 'error', reason: `program ${name} not found`, errno: 3 };
    }
    const all = Object.entries(this.watchers);
    switch (command) {
      case 'list':
        return known === undefined
          ? { watchers: all.map(([key]) => key).sort() }
          : { pids: [...known.pids] };
      case 'status':
        return known === undefined
          ? { statuses: Object.fromEntries(all.map(([key, one]) => [key, statusOf(one)])) }
          : { status: statusOf(known) };
      case 'options':
      case 'get': {
        const options = known === undefined ? {} : optionsOf(known);
        const wanted = Array.isArray(keys) ? keys.map(String) : Object.keys(options);
        return {
          options: Object.fromEntries(
            wanted.map((key): [string, Json] => [key, options[key] ?? null]),
          ),
        };
      }
      case 'dstats':
        return { info: { pid: process.pid, cmdline: 'circusd', children: [] } };
      case 'listsockets':
        return { sockets: this.sockets };
      case 'events': {
        const newest = this.#seq;
        return { events: this.#published, oldest: Math.min(1, newest), newest };
      }
      default:
        return {};
    }
  }

  async #noteSubscriptions(): Promise<void> {
    for await (const [frame = Buffer.alloc(1)] of this.#events) {
      const topic = frame.subarray(1).toString();
      if (frame[0] === 1) this.#topics.add(topic);
      else this.#topics.delete(topic);
    }
  }
}

function statusOf({ status, pids }: ScriptedWatcher): string {
  return status ?? (pids.length > 0 ? 'active' : 'stopped');
}

function optionsOf({ numprocesses, pids, options }: ScriptedWatcher): JsonObject {
  return { numprocesses: numprocesses ?? pids.length, ...options };
}
