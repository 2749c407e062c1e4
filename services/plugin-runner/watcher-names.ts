/** Topics have the names of watchers without spaces; commands want them as they are. */
import { type Json, type JsonObject, topicName } from '#libs/protocol';

/** Finds what a command calls a watcher of a topic. */
export class WatcherNames {
  readonly #call: (command: string, props: JsonObject) => Promise<JsonObject>;
  #keys = new Map<string, string>();

  constructor(call: (command: string, props: JsonObject) => Promise<JsonObject>) {
    this.#call = call;
  }

  /** `undefined`: circusd has no such watcher any more. */
  async keyOf(nameInTopic: string): Promise<string | undefined> {
    // Without an underscore nothing can have been replaced.
    if (!nameInTopic.includes('_')) return nameInTopic;
    if (!this.#keys.has(nameInTopic)) {
      const { watchers } = await this.#call('list', {});
      const keys: readonly Json[] = Array.isArray(watchers) ? watchers : [];
      this.#keys = new Map(keys.map((key) => [topicName(String(key)), String(key)]));
    }
    return this.#keys.get(nameInTopic);
  }
}
