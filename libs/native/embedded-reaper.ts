/**
 * Deaths in a program that embeds arbiters: its other children are its own to collect, by
 * node:child_process or whatever has started them. All arbiters of a thread share one reaper, which
 * asks the kernel for nobody but theirs.
 */
import { isMainThread } from 'node:worker_threads';
import { type ExitListener, Reaper } from './reaper.ts';

/** Node hands signals to the main thread alone: others look so often. Milliseconds. */
const sweepMs = isMainThread ? 1_000 : 20;

const shared = new Reaper('watched');
let members = 0;
let timer: NodeJS.Timeout | undefined;

function join(): void {
  members += 1;
  if (members > 1) return;
  shared.start(() => undefined);
  // SIGCHLD alone does not keep a program alive until it comes.
  timer = setInterval(() => shared.sweep(), sweepMs);
}

function leave(): void {
  members -= 1;
  if (members > 0) return;
  clearInterval(timer);
  shared.stop();
}

/** One arbiter's part of it. As long as it has started, the program does not end by itself. */
export class EmbeddedReaper {
  readonly #watched = new Set<number>();
  #onExit: ExitListener | undefined;

  start(onExit: ExitListener): void {
    if (this.#onExit === undefined) join();
    this.#onExit = onExit;
  }

  /** Who was watched is then the program's own to collect. */
  stop(): void {
    if (this.#onExit === undefined) return;
    this.#onExit = undefined;
    for (const pid of this.#watched) shared.unwatch(pid);
    this.#watched.clear();
    leave();
  }

  /** As of `Reaper`. */
  watch(pid: number, onExit?: ExitListener): void {
    this.#watched.add(pid);
    shared.watch(pid, (exit) => {
      this.#watched.delete(pid);
      const listener = onExit ?? this.#onExit;
      listener?.(exit);
    });
  }

  isWatched(pid: number): boolean {
    return this.#watched.has(pid);
  }

  sweep(): void {
    shared.sweep();
  }
}
