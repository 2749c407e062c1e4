/** Asks for the status again and again, and notes how long each answer takes. */
import { CircusClient } from '#libs/client';

const everyMs = 50;

/** 20 requests a second, whether the ones before are answered or not. */
export class Pulse {
  readonly samples: number[] = [];
  readonly violations: string[] = [];
  readonly #client: CircusClient;
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(endpoint: string) {
    this.#client = new CircusClient(endpoint, { timeoutMs: 10_000 });
    this.#timer = setInterval(() => {
      const answer = this.#ask();
      this.#open.add(answer);
      void answer.finally(() => this.#open.delete(answer));
    }, everyMs);
  }

  /** Asks no more; resolves when everything is answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#client.close();
  }

  async #ask(): Promise<void> {
    const begin = performance.now();
    try {
      await this.#client.call('status');
      this.samples.push(performance.now() - begin);
    } catch (error) {
      this.violations.push(`status: ${error}`);
    }
  }
}
