/** on_demand: waits for something to read on the sockets of watchers, and takes nothing of it. */
import { DescriptorPoll } from '#libs/native';

/** Waits for many watchers on one poll. */
export class DemandWatch {
  readonly #poll = new DescriptorPoll();
  readonly #onDemand: (key: string) => void;
  /** Several watchers may wait for the same socket. */
  readonly #keysOf = new Map<number, Set<string>>();

  /** @param onDemand - called once for each `watch` */
  constructor(onDemand: (key: string) => void) {
    this.#onDemand = onDemand;
  }

  /** Begins to wait. The descriptors must stay open until `onDemand` or `unwatch`. */
  watch(key: string, fds: readonly number[]): void {
    this.unwatch(key);
    for (const fd of fds) {
      const keys = this.#keysOf.get(fd) ?? new Set();
      keys.add(key);
      this.#keysOf.set(fd, keys);
      this.#poll.watch(fd, () => this.#report(fd));
    }
  }

  unwatch(key: string): void {
    for (const [fd, keys] of this.#keysOf) {
      if (!keys.delete(key) || keys.size > 0) continue;
      this.#keysOf.delete(fd);
      this.#poll.unwatch(fd);
    }
  }

  close(): void {
    this.#poll.close();
  }

  #report(fd: number): void {
    const keys = [...(this.#keysOf.get(fd) ?? [])];
    for (const key of keys) {
      this.unwatch(key);
      this.#onDemand(key);
    }
  }
}
