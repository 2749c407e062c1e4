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
  readonly remains: readonly Remains[];
  readonly awaitsStrays: boolean;
}

interface Remains {
  readonly worker: Worker;
  /** What they were sent last, and what whoever is found later is sent, too. */
  signum: number | null;
}

interface Question {
  readonly worker: Worker;
  readonly tell: (isAnythingLeft: boolean) => void;
}

/** Knows of them, signals them, and tells when they are gone. */
export class Leftovers {
  readonly #options: LeftoversOptions;
  readonly #orphans: Orphans;
  /** By ticket. */
  readonly #remains = new Map<number, Remains>();
  #questions: Question[] = [];
  #awaitsStrays = false;
  #isLookDue = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LeftoversOptions) {
    this.#options = options;
    this.#orphans = new Orphans(options.isWorker);
  }

  /** Changes nothing. Orphans are found again by their marks. */
  handOver(): SavedLeftovers {
    return {
      remains: [...this.#remains.values()],
      awaitsStrays: this.#awaitsStrays,
    };
  }

  /** To be called once. Who was asked about is asked about again. */
  takeOver({ remains, awaitsStrays }: SavedLeftovers): void {
    for (const one of remains) this.#remains.set(one.worker.ticket, one);
    this.#awaitsStrays = awaitsStrays;
    this.#lookSoon();
    this.#watch();
  }

  /** A child of ours was reaped, worker or not. */
  reaped(pid: number): void {
    this.#orphans.forget(pid);
    if (this.#areAwaited) this.#lookSoon();
  }

  /**
   * Takes charge of whatever a dead worker has left. What that is takes a look: that it is nothing is
   * told soon.
   */
  take(worker: Worker): void {
    this.#remains.set(worker.ticket, { worker, signum: null });
    this.#lookSoon();
  }

  /** Takes charge if a dead worker has left anything, and says after the next look whether it has. */
  find(worker: Worker, tell: (isAnythingLeft: boolean) => void): void {
    this.#questions.push({ worker, tell });
    this.#lookSoon();
  }

  /** Signals what a dead worker has left. */
  signalRemains(ticket: number, signum: number): void {
    const remains = this.#remains.get(ticket);
    if (remains === undefined) return;
    remains.signum = signum;
    signalRemains(remains.worker, signum, this.#options.lookup());
    this.#watch();
  }

  /** A watcher is let go with all that it has started: what its dead have left are strays now. */
  disown(key: string): void {
    for (const [ticket, { worker }] of this.#remains) {
      if (worker.key === key) this.#remains.delete(ticket);
    }
    this.#questions = this.#questions.filter(({ worker }) => worker.key !== key);
  }

  /** Whose they are nobody knows, or nobody looks after. */
  strays(): ProcessIdentity[] {
    this.#orphans.lookTwice();
    return this.#knownStrays();
  }

  /**
   * Signals strays; how many there are.
   *
   * @param isLast - tells of their end, once
   */
  endStrays(signum: number, isLast: boolean): number {
    const strays = this.strays();
    signalTrees(strays, signum, this.#options.lookup());
    this.#awaitsStrays = isLast;
    this.#check();
    this.#watch();
    return strays.length;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** At once, unless deaths are so many that looking after each would take most of the time. */
  #lookSoon(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    const look = (): void => {
      this.#isLookDue = false;
      this.#check();
    };
    const { restMs } = this.#orphans;
    if (restMs === 0) queueMicrotask(look);
    else setTimeout(look, restMs);
  }

  /** Tells of what is gone. */
  #check(): void {
    if (!this.#areAwaited) return;
    this.#orphans.look();
    this.#answer();
    for (const [ticket, remains] of this.#remains) {
      if (this.#isAnythingLeft(remains)) continue;
      this.#remains.delete(ticket);
      this.#options.onRemainsGone(remains.worker);
    }
    if (!this.#awaitsStrays || this.#knownStrays().length > 0) return;
    this.#awaitsStrays = false;
    this.#options.onStraysGone();
  }

  #answer(): void {
    const questions = this.#questions;
    this.#questions = [];
    for (const { worker, tell } of questions) {
      const remains = { worker, signum: null };
      const isLeft = this.#isAnythingLeft(remains);
      if (isLeft) this.#remains.set(worker.ticket, remains);
      tell(isLeft);
    }
  }

  get #areAwaited(): boolean {
    return this.#remains.size > 0 || this.#questions.length > 0 || this.#awaitsStrays;
  }

  #isAnythingLeft({ worker, signum }: Remains): boolean {
    const known = worker.family.filter(isAlive);
    const pids = new Set(known.map(({ pid }) => pid));
    const orphans = this.#orphans.choose((ticket) => ticket === worker.ticket);
    const found = orphans.filter(({ pid }) => !pids.has(pid));
    if (signum !== null) signalTrees(found, signum, this.#options.lookup());
    worker.family = unite(known, found);
    return worker.family.length > 0 || isGroupAlive(worker.identity.pid);
  }

  #knownStrays(): ProcessIdentity[] {
    const remaining = new Set(
      [...this.#remains.values()].flatMap(({ worker }) => worker.family.map(({ pid }) => pid)),
    );
    const strays = this.#orphans.choose((ticket) => {
      return ticket === undefined || !this.#isLookedAfter(ticket);
    });
    return strays.filter(({ pid }) => !remaining.has(pid));
  }

  #isLookedAfter(ticket: number): boolean {
    return this.#remains.has(ticket) || this.#options.isSpared(ticket);
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (!this.#areAwaited) return;
    this.#timer = setTimeout(() => {
      this.#check();
      this.#watch();
    }, pollMs);
  }
}
