/**
 * Children of circusd that are no workers: their parents have died, and they came to the subreaper.
 * By their mark they are known to belong to a worker, wherever they have gone since.
 */
import {
  childPidsOf,
  isAlive,
  ownChildPids,
  type ProcessIdentity,
  readIdentity,
  readMark,
} from '#libs/native';

/** One of them, and whose it is. */
export interface Orphan {
  readonly identity: ProcessIdentity;
  /** Of the worker that it descends from; `undefined`: nobody can tell. */
  readonly ticket: number | undefined;
}

/** After a look there is none for so many times as long as it took. */
const restFactor = 8;

/** Remembers who has come. A pid is not given again until `forget` was told of its end. */
export class Orphans {
  readonly #isWorker: (pid: number) => boolean;
  readonly #known = new Map<number, Orphan>();
  #nextLookAt = 0;

  /** @param isWorker - whether this child of ours was started by us and is not to be counted */
  constructor(isWorker: (pid: number) => boolean) {
    this.#isWorker = isWorker;
  }

  /**
   * Looks who has come since: whom a process that is dead by now has left, is known then. Lists all
   * children, a microsecond or two each.
   */
  look(): void {
    const begin = performance.now();
    this.#meet(ownChildPids());
    const end = performance.now();
    this.#nextLookAt = end + (end - begin) * restFactor;
  }

  /** As `look`, and leaves nothing to what we believe of the kernel. */
  lookTwice(): void {
    this.#meet(childPidsOf(process.pid));
  }

  /** How long the next look should wait, so that looking takes a small part of the time. */
  get restMs(): number {
    return Math.max(0, this.#nextLookAt - performance.now());
  }

  /** A child was reaped. */
  forget(pid: number): void {
    this.#known.delete(pid);
  }

  /** The living ones that were known at the last look. */
  choose(isChosen: (ticket: number | undefined) => boolean): ProcessIdentity[] {
    const chosen = [...this.#known.values()].filter(({ ticket }) => isChosen(ticket));
    return chosen.map(({ identity }) => identity).filter(isAlive);
  }

  #meet(pids: readonly number[]): void {
    for (const pid of pids) {
      if (this.#known.has(pid) || this.#isWorker(pid)) continue;
      const identity = readIdentity(pid);
      if (identity !== undefined) this.#known.set(pid, { identity, ticket: readMark(pid) });
    }
  }
}
