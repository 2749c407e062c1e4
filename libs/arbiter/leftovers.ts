/**
 * What outlives its worker. Remains are descendants of one worker that has died, and end like it;
 * strays are orphans of whom nobody can tell whose they are, and end with circusd.
 */
import { type ChildLookup, isAlive, isGroupAlive, type ProcessIdentity } from '#libs/native';
import { signalRemains, signalTrees, unite } from './families.ts';
import { Orphans } from './orphans.ts';
import type { Worker } from './worker.ts';

/** How often they are looked at: not all of them die as our children. */
const pollMs = 50;

/** What leftovers need from their owner. */
export interface LeftoversOptions {
  /** Whether this child of circusd is a worker, or was one and is nobody's now. */
  readonly isWorker: (pid: number) => boolean;
  /** Whether a worker with this ticket lives, or was let go with all that it has started. */
  readonly isSpared: (ticket: number) => boolean;
  readonly lookup: () => ChildLookup;
  readonly onRemainsGone: (worker: Worker) => void;
  readonly onStraysGone: () => void;
}

/** Leftovers as the next program of this process looks after them. */
export interface SavedLeftovers {
  readonly remains: readonly Worker[];
  readonly awaitsStrays: boolean;
}

/** Knows of them, signals them, and tells when they are gone. */
export class Leftovers {
  readonly #options: LeftoversOptions;
  readonly #orphans: Orphans;
  /** Dead workers with descendants that are alive, by ticket. */
  readonly #remains = new Map<number, Worker>();
  #awaitsStrays = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LeftoversOptions) {
    this.#options = options;
    this.#orphans = new Orphans(options.isWorker);
  }

  /** Changes nothing. Orphans are found again by their marks. */
  handOver(): SavedLeftovers {
    return { remains: [...this.#remains.values()], awaitsStrays: this.#awaitsStrays };
  }

  /** To be called once, and `goOn` after it when deaths are collected. */
  takeOver({ remains, awaitsStrays }: SavedLeftovers): void {
    for (const worker of remains) this.#remains.set(worker.ticket, worker);
    this.#awaitsStrays = awaitsStrays;
  }

  goOn(): void {
    this.check();
    this.#watch();
  }

  /** A child of ours was reaped, worker or not. */
  reaped(pid: number): void {
    this.#orphans.forget(pid);
  }

  /** To be called after deaths, before `isLeftBy`: whom the dead have left is with us now. */
  look(): void {
    this.#orphans.look();
  }

  /** Whether anything is left of a worker that has died; it is remembered then. */
  isLeftBy(worker: Worker): boolean {
    const isLeft = this.#isAnythingLeft(worker);
    if (isLeft) this.#remains.set(worker.ticket, worker);
    return isLeft;
  }

  /** Signals what a dead worker has left. */
  signalRemains(ticket: number, signum: number): void {
    const worker = this.#remains.get(ticket);
    if (worker === undefined) return;
    signalRemains(worker, signum, this.#options.lookup());
    this.#watch();
  }

  /** A watcher is let go with all that it has started: what its dead have left are strays now. */
  disown(key: string): void {
    for (const [ticket, worker] of this.#remains) {
      if (worker.key === key) this.#remains.delete(ticket);
    }
  }

  /** Whose they are nobody knows, or nobody looks after. */
  strays(): ProcessIdentity[] {
    const remaining = new Set(
      [...this.#remains.values()].flatMap(({ family }) => family.map(({ pid }) => pid)),
    );
    const strays = this.#orphans.choose((ticket) => {
      return ticket === undefined || !this.#isLookedAfter(ticket);
    });
    return strays.filter(({ pid }) => !remaining.has(pid));
  }

  /**
   * Signals strays; how many there are.
   *
   * @param isLast - tells of their end, once
   */
  endStrays(signum: number, isLast: boolean): number {
    this.look();
    const strays = this.strays();
    signalTrees(strays, signum, this.#options.lookup());
    this.#awaitsStrays = isLast;
    this.check();
    this.#watch();
    return strays.length;
  }

  /** Tells of what is gone. */
  check(): void {
    if (this.#remains.size === 0 && !this.#awaitsStrays) return;
    this.look();
    for (const [ticket, worker] of this.#remains) {
      if (this.#isAnythingLeft(worker)) continue;
      this.#remains.delete(ticket);
      this.#options.onRemainsGone(worker);
    }
    if (!this.#awaitsStrays || this.strays().length > 0) return;
    this.#awaitsStrays = false;
    this.#options.onStraysGone();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #isAnythingLeft(worker: Worker): boolean {
    const orphans = this.#orphans.choose((ticket) => ticket === worker.ticket);
    worker.family = unite(worker.family.filter(isAlive), orphans);
    return worker.family.length > 0 || isGroupAlive(worker.identity.pid);
  }

  #isLookedAfter(ticket: number): boolean {
    return this.#remains.has(ticket) || this.#options.isSpared(ticket);
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#remains.size === 0 && !this.#awaitsStrays) return;
    this.#timer = setTimeout(() => {
      this.check();
      this.#watch();
    }, pollMs);
  }
}
