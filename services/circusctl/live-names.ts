/** Names that only the daemon knows, asked for when a word of a line is completed. */
import { CircusClient } from '#libs/client';
import { isJsonObject, type JsonObject } from '#libs/protocol';

/** Asks a daemon, shortly; without an answer there are no names. */
export class LiveNames {
  readonly #client: CircusClient;

  constructor(endpoint: string, timeoutMs: number) {
    this.#client = new CircusClient(endpoint, { timeoutMs });
  }

  async watchers(): Promise<string[]> {
    return texts((await this.#ask('list'))['watchers']);
  }

  async pids(watcher: string): Promise<string[]> {
    return texts((await this.#ask('list', { name: watcher }))['pids']);
  }

  /** Options by name, with their present values. */
  async options(watcher: string): Promise<JsonObject> {
    return members((await this.#ask('options', { name: watcher }))['options']);
  }

  async globalOptions(): Promise<string[]> {
    return Object.keys(members((await this.#ask('globaloptions'))['options']));
  }

  close(): void {
    this.#client.close();
  }

  async #ask(command: string, properties: JsonObject = {}): Promise<JsonObject> {
    try {
      return await this.#client.call(command, properties);
    } catch {
      // No daemon, another address, no such watcher: nothing to offer.
      return {};
    }
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function members(value: JsonObject[string] | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
