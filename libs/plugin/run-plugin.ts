/** A plugin from its construction to its end (protocol 5.2). */
import { CircusClient, type ReceivedEvent, ReplyError } from '#libs/client';
import { type JsonObject, traceOf } from '#libs/protocol';
import type { CircusPlugin, PluginContext, PluginLog } from './circus-plugin.ts';
import { EventFeed } from './event-feed.ts';

/** What makes a plugin: its class. */
export type PluginClass = (new (
  context: PluginContext,
) => PluginLike) &
  Partial<Pick<typeof CircusPlugin, 'options'>>;

/** What is called of a plugin; one of another copy of the package has it too. */
export type PluginLike = Pick<
  CircusPlugin,
  'name' | 'active' | 'handle_recv' | 'handle_init' | 'handle_stop'
>;

/** What a plugin is run with. */
export type PluginSettings = Omit<PluginContext, 'call' | 'cast'>;

/** How long the end waits for what is being handled. Milliseconds. */
const patienceMs = 1_000;

/** A plugin that runs. */
export class PluginRun {
  readonly #client: CircusClient;
  readonly #feed: EventFeed;
  readonly #log: PluginLog;
  readonly #plugin: PluginLike;
  #work: Promise<void> = Promise.resolve();
  #isBegun = false;
  #stopping: Promise<void> | undefined;

  /** @throws whatever its constructor throws, and Error when it is not active */
  constructor(Plugin: PluginClass, settings: PluginSettings) {
    const { endpoint, pubsub_endpoint, check_delay, log } = settings;
    this.#log = log;
    this.#client = new CircusClient(endpoint);
    this.#feed = new EventFeed({
      client: this.#client,
      pubsubEndpoint: pubsub_endpoint,
      warn: (text) => log.warn(text),
      checkEveryMs: Math.max(1, check_delay) * 1_000,
    });
    this.#plugin = new Plugin({
      ...settings,
      call: (command, props) => this.#call(command, props),
      cast: (command, props) => this.#cast(command, props),
    });
    if (!this.#plugin.active) throw new Error(`${settings.name} is not active`);
  }

  /**
   * Subscribes, initialises the plugin and hands it events from then on; resolves when it is stopped.
   *
   * @throws whatever handle_init and handle_stop throw, EndpointError an endpoint is none
   */
  async run(): Promise<void> {
    this.#work = this.#begin();
    try {
      await this.#work;
    } catch (error) {
      // What is interrupted may fail.
      if (this.#stopping === undefined) throw error;
    }
    await this.#stopping;
  }

  /** Ends it: no event any more, then handle_stop; `run` tells how that went. Casts get a second to leave. */
  stop(): void {
    if (this.#stopping !== undefined) return;
    this.#stopping = this.#stop();
    this.#stopping.catch(() => undefined);
  }

  async #begin(): Promise<void> {
    // First, so that nothing happens between what handle_init learns and the first event.
    await this.#feed.open();
    if (this.#stopping !== undefined) return;
    this.#isBegun = true;
    await this.#plugin.handle_init();
    await this.#feed.run((event) => this.#handle(event));
  }

  async #stop(): Promise<void> {
    this.#feed.close();
    await settledWithin(this.#work, patienceMs);
    try {
      if (this.#isBegun) await this.#plugin.handle_stop();
    } finally {
      this.#client.close();
    }
  }

  /** A plugin that fails at one event gets the next one. */
  async #handle({ topic, payload }: ReceivedEvent): Promise<void> {
    try {
      await this.#plugin.handle_recv([topic, payload]);
    } catch (error) {
      const text = traceOf(error);
      this.#log.error(`handle_recv has failed at ${topic}: ${text}`);
    }
  }

  async #call(command: string, props: JsonObject): Promise<JsonObject> {
    try {
      return await this.#client.call(command, props);
    } catch (error) {
      if (error instanceof ReplyError) return error.reply;
      throw error;
    }
  }

  #cast(command: string, props: JsonObject): void {
    this.#client.cast(command, props).catch((error: Error) => {
      this.#log.error(`${command} was not sent: ${error.message}`);
    });
  }
}

async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), limit]);
  clearTimeout(timer);
}
