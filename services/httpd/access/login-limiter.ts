/** Slows down guessing: by address and by user name, whoever asks. */

const windowS = 60;
const allowedFailures = 5;

/** Counts failed sign-ins of the last minute. */
export class LoginLimiter {
  readonly #failures = new Map<string, number[]>();
  readonly #now: () => number;

  /** `now`: epoch seconds. */
  constructor(now: () => number = () => Date.now() / 1000) {
    this.#now = now;
  }

  /** Seconds until one of these may try again; 0 is now. */
  waitS(...keys: readonly string[]): number {
    return Math.max(0, ...keys.map((key) => this.#waitOf(key)));
  }

  fail(...keys: readonly string[]): void {
    const now = this.#now();
    for (const [key, times] of this.#failures) {
      if ((times.at(-1) ?? 0) < now - windowS) this.#failures.delete(key);
    }
    for (const key of keys) this.#failures.set(key, [...this.#recent(key), now]);
  }

  #waitOf(key: string): number {
    const recent = this.#recent(key);
    const first = recent.at(-allowedFailures);
    return first === undefined ? 0 : Math.ceil(first + windowS - this.#now());
  }

  #recent(key: string): number[] {
    return (this.#failures.get(key) ?? []).filter((time) => time > this.#now() - windowS);
  }
}
