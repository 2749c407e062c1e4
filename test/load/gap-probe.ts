/** How long nobody answers on the control endpoint: one client that never stops asking. */
import { CircusClient } from '#libs/client';

const everyMs = 5;
/** A request that has no answer by then has none. */
const patienceMs = 20_000;

/** Asks for the version 200 times a second. */
export class GapProbe {
  /** Requests that were never answered. */
  lost = 0;
  asked = 0;
  readonly #client: CircusClient;
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<Promise<void>>();
  #last = performance.now();
  #longest = 0;

  constructor(endpoint: string) {
    this.#client = new CircusClient(endpoint, { timeoutMs: patienceMs });
    this.#timer = setInterval(() => {
      this.asked += 1;
      const answer = this.#ask();
      this.#open.add(answer);
      void answer.finally(() => this.#open.delete(answer));
    }, everyMs);
  }

  /** The longest time between two answers since the last call. Milliseconds. */
  takeLongest(): number {
    const longest = this.#longest;
    this.#longest = 0;
    return longest;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#client.close();
  }

  async #ask(): Promise<void> {
    try {
      await this.#client.call('version');
      const now = performance.now();
      this.#longest = Math.max(this.#longest, now - this.#last);
      this.#last = now;
    } catch {
      this.lost += 1;
    }
  }
}
