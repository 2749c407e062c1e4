/** How many hooks run at once: a watcher of hundreds is not to start hundreds of hooks. */

/** Of one watcher; others do not wait for it, whatever its hooks do. */
const mostOfWatcher = 4;

/** Lets hooks run a few at a time, those of each watcher in their order. */
export class HookQueue {
  readonly #running = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #whenIdle: (() => void)[] = [];

  /** Runs work when there is room for it. */
  async enter<T>(key: string, work: () => Promise<T>): Promise<T> {
    const count = this.#running.get(key) ?? 0;
    if (count < mostOfWatcher) this.#running.set(key, count + 1);
    else await new Promise<void>((begin) => this.#lineOf(key).push(begin));
    try {
      return await work();
    } finally {
      this.#leave(key);
    }
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((idle) => this.#whenIdle.push(idle));
  }

  #lineOf(key: string): (() => void)[] {
    const line = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, line);
    return line;
  }

  /** The place goes to the next in line, so that nobody comes in between. */
  #leave(key: string): void {
    const next = this.#lineOf(key).shift();
    if (next !== undefined) {
      next();
      return;
    }
    this.#waiting.delete(key);
    const left = (this.#running.get(key) ?? 1) - 1;
    if (left > 0) this.#running.set(key, left);
    else this.#running.delete(key);
    if (this.#running.size > 0) return;
    for (const idle of this.#whenIdle.splice(0)) idle();
  }
}
