/**
 * Learns of deaths. SIGCHLD only says that there is something to ask; several deaths can be one
 * signal, and one that comes before the handler is lost, hence `sweep`.
 */

import { readProcessStat } from '#libs/process-info';
import { takeChainFailure } from './exec-chain.ts';
import { libc } from './libc.ts';
import { constants, opaqueBytes } from './platform.ts';

/** How a process ended; it has been reaped, and its pid may be given again. */
export interface ExitRecord {
  readonly pid: number;
  /** With the pid the process's identity. */
  readonly startTime: number;
  /** 0 to 255; `null` when a signal ended it. */
  readonly exitCode: number | null;
  /** The signal's number; `null` when it exited. */
  readonly signal: number | null;
  readonly coreDumped: boolean;
  /** It never became its command: a link in front of it (limits, user) refused. */
  readonly failedBeforeExec: boolean;
}

/** Told once for every process. It must not throw; a death cannot be asked for again. */
export type ExitListener = (exit: ExitRecord) => void;

/**
 * Whose deaths are collected. `all`: every child's, orphans that came to a subreaper among them; for
 * circusd, which has nobody else in its process. `watched`: only those of pids given to `watch`, so
 * that node:child_process goes on working in a program that embeds an arbiter.
 */
export type ReaperScope = 'all' | 'watched';

const { P_ALL, P_PID, WEXITED, WNOHANG, WNOWAIT } = constants;

/** How long a sweep goes on before everything else has its turn: a thousand may die at once. */
const sliceMs = 4;

/** Collects children. One to a program in scope `all`. */
export class Reaper {
  readonly #scope: ReaperScope;
  readonly #watched = new Map<number, ExitListener | undefined>();
  readonly #info = Buffer.alloc(opaqueBytes.signalInfo);
  readonly #onSignal = (): void => {
    // Of many deaths as many signals come in one turn: the sweep that is under way sees them all.
    if (!this.#isToBeContinued) this.sweep();
  };
  #onExit: ExitListener | undefined;
  #isToBeContinued = false;

  constructor(scope: ReaperScope = 'all') {
    this.#scope = scope;
  }

  /** Listens for deaths, and collects those that were before. To be called before the first spawn. */
  start(onExit: ExitListener): void {
    if (this.#onExit === undefined) process.on('SIGCHLD', this.#onSignal);
    this.#onExit = onExit;
    this.sweep();
  }

  /** Listens no more. Who dies from now on stays a zombie until a reaper starts again. */
  stop(): void {
    process.off('SIGCHLD', this.#onSignal);
    this.#onExit = undefined;
  }

  /**
   * Expects the death of a child. To be called in the same turn of the event loop as its spawn.
   *
   * @param onExit told instead of the listener given to `start`
   */
  watch(pid: number, onExit?: ExitListener): void {
    this.#watched.set(pid, onExit);
  }

  /** Whether somebody of our own waits for this child: a command that is run to its end. */
  isWatched(pid: number): boolean {
    return this.#watched.has(pid);
  }

  /** In scope `watched` the child is then somebody else's to collect. */
  unwatch(pid: number): void {
    this.#watched.delete(pid);
  }

  /**
   * Collects the deaths until now: at start, after resume, and from time to time for safety. When
   * they are many, the rest follows in later turns of the event loop. Each is told before the next
   * is collected: as long as nobody was told of a death, the pid is not given to another process.
   */
  sweep(): void {
    if (this.#onExit === undefined) return;
    if (this.#scope === 'all') this.#sweepAll();
    else this.#sweepWatched();
  }

  #report(exit: ExitRecord): void {
    const listener = this.#watched.get(exit.pid) ?? this.#onExit;
    this.#watched.delete(exit.pid);
    listener?.(exit);
  }

  #sweepAll(): void {
    const end = performance.now() + sliceMs;
    for (let exit = this.#collect(P_ALL, 0); exit !== undefined; exit = this.#collect(P_ALL, 0)) {
      this.#report(exit);
      if (performance.now() < end) continue;
      this.#continueSoon();
      return;
    }
  }

  #continueSoon(): void {
    if (this.#isToBeContinued) return;
    this.#isToBeContinued = true;
    setImmediate(() => {
      this.#isToBeContinued = false;
      this.sweep();
    });
  }

  #sweepWatched(): void {
    const end = performance.now() + sliceMs;
    // The first dead child that the kernel names is ours, as a rule.
    for (let pid = this.#peek(); pid !== 0; pid = this.#peek()) {
      const exit = this.#watched.has(pid) ? this.#collect(P_PID, pid) : undefined;
      if (exit === undefined) {
        // Somebody else's: ours may be behind it.
        this.#sweepEach();
        return;
      }
      this.#report(exit);
      if (performance.now() < end) continue;
      this.#continueSoon();
      return;
    }
  }

  #sweepEach(): void {
    for (const pid of [...this.#watched.keys()]) {
      const exit = this.#collect(P_PID, pid);
      if (exit !== undefined) this.#report(exit);
    }
  }

  #peek(): number {
    return this.#wait(P_ALL, 0, WNOWAIT);
  }

  /** Looks first and reaps then: a zombie still has its entry in /proc. */
  #collect(kind: number, id: number): ExitRecord | undefined {
    const pid = this.#wait(kind, id, WNOWAIT);
    if (pid === 0) return undefined;
    const stat = readProcessStat(pid);
    if (this.#wait(P_PID, pid, 0) !== pid) return undefined;
    const ending = readEnding(this.#info);
    return {
      pid,
      startTime: stat?.startTime ?? 0,
      ...ending,
      failedBeforeExec: takeChainFailure(pid, ending.exitCode, stat?.comm ?? ''),
    };
  }

  /** The pid of a dead child; 0 when there is none (ECHILD: there are no children at all). */
  #wait(kind: number, id: number, options: number): number {
    this.#info.fill(0);
    const failed = libc().waitid(kind, id, this.#info, WEXITED | WNOHANG | options) !== 0;
    return failed ? 0 : this.#info.readInt32LE(pidOffset);
  }
}

// siginfo_t of 64-bit Linux.
const codeOffset = 8;
const pidOffset = 16;
const statusOffset = 24;

function readEnding(info: Buffer): Pick<ExitRecord, 'exitCode' | 'signal' | 'coreDumped'> {
  const code = info.readInt32LE(codeOffset);
  const status = info.readInt32LE(statusOffset);
  if (code === constants.CLD_EXITED) return { exitCode: status, signal: null, coreDumped: false };
  return { exitCode: null, signal: status, coreDumped: code === constants.CLD_DUMPED };
}
