/**
 * Work done in order on the event loop, a slice at a time: a thousand spawns take a second, and a
 * control request must not wait for them.
 */

/** The longest time that work keeps the event loop to itself. */
const sliceMs = 8;

/** Items wait here until they are performed, first come, first served. */
export class WorkQueue<T> {
  readonly #perform: (item: T) => void;
  readonly #onIdle: () => void;
  #items: T[] = [];
  #next = 0;
  #isRunning = false;

  /**
   * @param perform - may push further items; must not throw
   * @param onIdle - called at the end of every slice
   */
  constructor(perform: (item: T) => void, onIdle: () => void) {
    this.#perform = perform;
    this.#onIdle = onIdle;
  }

  /** What is not performed yet. */
  get waiting(): readonly T[] {
    return this.#items.slice(this.#next);
  }

  /** Adds work and, unless some is under way, begins with it at once. */
  push(items: readonly T[]): void {
    this.#items.push(...items);
    if (!this.#isRunning) this.#run();
  }

  #run(): void {
    this.#isRunning = true;
    const end = performance.now() + sliceMs;
    while (this.#next < this.#items.length && performance.now() < end) {
      const item = this.#items[this.#next] as T;
      this.#next += 1;
      this.#perform(item);
    }
    if (this.#next < this.#items.length) {
      setImmediate(() => this.#run());
    } else {
      this.#items = [];
      this.#next = 0;
      this.#isRunning = false;
    }
    this.#onIdle();
  }
}
