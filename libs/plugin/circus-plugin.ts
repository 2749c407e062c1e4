/** The base class of plugins (manual 5.10.1). Its names are the manual's, so that its examples read the same. */
import type { OptionTable, OptionValues } from '#libs/options';
import { isJsonObject, type Json, type JsonObject, parseTopic } from '#libs/protocol';
import { readPluginOptions } from './plugin-options.ts';

/** Where a plugin tells what it does: circusd's log when circusd runs it. */
export interface PluginLog {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** What whoever runs a plugin gives to its constructor. */
export interface PluginContext {
  readonly name: string;
  /** Every key of its section but those that say how it is run; all values are texts. */
  readonly config: Readonly<Record<string, string>>;
  readonly endpoint: string;
  readonly pubsub_endpoint: string;
  /** Seconds. */
  readonly check_delay: number;
  readonly ssh_server: string | null;
  readonly log: PluginLog;
  /** As the methods of `CircusPlugin`. */
  call(command: string, props: JsonObject): Promise<JsonObject>;
  cast(command: string, props: JsonObject): void;
}

/** One event: its topic, `watcher.<name>.<event>`, and its payload. */
export type EventData = readonly [topic: string, message: JsonObject];

/** An event taken apart. */
export type SplitEvent = readonly [watcher: string, action: string, message: JsonObject];

/**
 * A process that circusd runs beside the others, and that gets every event and may send commands:
 *
 *     export class Logger extends CircusPlugin {
 *       handle_recv([topic, message]: EventData) {
 *         console.log(topic, message);
 *       }
 *     }
 */
export abstract class CircusPlugin {
  /** The options that it knows. Without a table every key of its section is right. */
  static readonly options?: OptionTable;

  /** The NAME of its section. */
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly endpoint: string;
  readonly pubsub_endpoint: string;
  /** Seconds; 5 unless the runner was told otherwise. */
  readonly check_delay: number;
  readonly ssh_server: string | null;
  readonly log: PluginLog;
  /** A plugin that is not active is refused by its runner. */
  active = true;
  readonly #context: PluginContext;

  constructor(context: PluginContext) {
    this.name = context.name;
    this.config = context.config;
    this.endpoint = context.endpoint;
    this.pubsub_endpoint = context.pubsub_endpoint;
    this.check_delay = context.check_delay;
    this.ssh_server = context.ssh_server;
    this.log = context.log;
    this.#context = context;
  }

  /** Called for every event, one after another: the next one waits for what this returns. */
  abstract handle_recv(data: EventData): void | Promise<void>;

  /** Called once before the first event. An error ends the plugin. */
  handle_init(): void | Promise<void> {}

  /** Called once before the plugin ends, SIGTERM and SIGINT included. */
  handle_stop(): void | Promise<void> {}

  /**
   * Sends a command and gives circusd's answer, which may be one with `status: 'error'`.
   *
   * @throws TimeoutError circusd has not answered within 5 s
   */
  call(command: string, props: JsonObject = {}): Promise<JsonObject> {
    return this.#context.call(command, props);
  }

  /** Sends a command that nobody answers. */
  cast(command: string, props: JsonObject = {}): void {
    this.#context.cast(command, props);
  }

  /** Watcher, event and payload. A watcher's name may hold dots. */
  split_data([topic, message]: EventData): SplitEvent {
    const { watcher, event } = parseTopic(topic) ?? { watcher: topic, event: '' };
    return [watcher, event, message];
  }

  /** Reads JSON; nothing when it is no object. */
  load_message(text: string): JsonObject {
    const message: Json = JSON.parse(text);
    return isJsonObject(message) ? message : {};
  }

  /**
   * The options of a table as the section has them, each of its row's kind.
   *
   * @throws PluginOptionsError some are wrong; it tells all of them
   */
  read_options<const T extends OptionTable>(table: T): OptionValues<T> {
    return readPluginOptions(table, this.config);
  }
}
