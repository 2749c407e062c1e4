/**
 * Children of circusd that are no workers: their parents have died, and they came to the subreaper.
 * By their mark they are known to belong to a worker, wherever they have gone since.
 */
import { childPidsOf, isAlive, type ProcessIdentity, readIdentity, readMark } from '#libs/native';

/** One of them, and whose it is. */
export interface Orphan {
  readonly identity: ProcessIdentity;
  /** Of the worker that it descends from; `undefined`: nobody can tell. */
  readonly ticket: number | undefined;
}

/** Remembers who has come. A pid is not given again until `forget` was told of its end. */
export class Orphans {
  readonly #isWorker: (pid: number) => boolean;
  readonly #known = new Map<number, Orphan>();

  /** @param isWorker - whether this child of ours was started by us and is not to be counted */
  constructor(isWorker: (pid: number) => boolean) {
    this.#isWorker = isWorker;
  }

  /** Looks who has come since. Whoever had to do with a process that is dead by now is known then. */
  look(): void {
    for (const pid of childPidsOf(process.pid)) {
      if (this.#known.has(pid) || this.#isWorker(pid)) continue;
      const identity = readIdentity(pid);
      if (identity !== undefined) this.#known.set(pid, { identity, ticket: readMark(pid) });
    }
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
}
