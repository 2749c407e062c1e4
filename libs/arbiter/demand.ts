/** on_demand: waits for something to read on the sockets of watchers, and takes nothing of it. */
import { DescriptorPoll } from '#libs/native';

/** Waits for many watchers on one poll. */
export class DemandWatch {
  readonly #poll = new DescriptorPoll();
  readonly #onDemand: (key: string) => void;
  readonly #keysOf = new Map<number, Set<string>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  /** @param onDemand - called once for each `watch` */
  constructor(onDemand: (key: string) => void) {
    this.#onDemand = onDemand;
  }

  /** Begins to wait, after `delayMs`. `find` gives the descriptors then. */
  watch(key: string, find: () => readonly number[], delayMs: number): void {
    this.unwatch(key);
    if (delayMs <= 0) {
      this.#add(key, find());
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.#add(key, find());
    }, delayMs);
    this.#timers.set(key, timer);
  }

  unwatch(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    for (const [fd, keys] of this.#keysOf) {
      if (!keys.delete(key) || keys.size > 0) continue;
      this.#keysOf.delete(fd);
      this.#poll.unwatch(fd);
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#poll.close();
  }

  #add(key: string, fds: readonly number[]): void {
    for (const fd of fds) {
      const keys = this.#keysOf.get(fd) ?? new Set();
      keys.add(key);
      this.#keysOf.set(fd, keys);
      this.#poll.watch(fd, () => this.#report(fd));
    }
  }

  #report(fd: number): void {
    const keys = [...(this.#keysOf.get(fd) ?? [])];
    for (const key of keys) {
      this.unwatch(key);
      this.#onDemand(key);
    }
  }
}
