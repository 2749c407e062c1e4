/** How many probes run at once: those beyond wait for their turn, first come, first served. */

/** Lets through so many at once, and of one watcher no more than its share. */
export class ProbeGate {
  readonly #limit: number;
  readonly #share: number;
  readonly #running = new Map<string, number>();
  readonly #waiting: { readonly key: string; readonly begin: () => void }[] = [];
  #count = 0;

  constructor({ limit, share }: { limit: number; share: number }) {
    this.#limit = limit;
    this.#share = share;
  }

  /**
   * Runs a job when it is its turn. A watcher whose probes hang holds up its own alone.
   *
   * @throws the signal's reason, when it was aborted before its turn came
   */
  async run<T>(key: string, signal: AbortSignal, job: () => Promise<T>): Promise<T> {
    if (this.#hasRoom(key)) this.#enter(key);
    else await new Promise<void>((begin) => this.#waiting.push({ key, begin }));
    try {
      signal.throwIfAborted();
      return await job();
    } finally {
      this.#leave(key);
    }
  }

  #hasRoom(key: string): boolean {
    return this.#count < this.#limit && (this.#running.get(key) ?? 0) < this.#share;
  }

  #enter(key: string): void {
    this.#count += 1;
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  #leave(key: string): void {
    this.#count -= 1;
    const left = (this.#running.get(key) ?? 1) - 1;
    if (left === 0) this.#running.delete(key);
    else this.#running.set(key, left);
    const place = this.#waiting.findIndex((one) => this.#hasRoom(one.key));
    const [next] = place === -1 ? [] : this.#waiting.splice(place, 1);
    if (next === undefined) return;
    // At once, so that nobody comes in between.
    this.#enter(next.key);
    next.begin();
  }
}
