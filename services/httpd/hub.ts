/** Tells every page what has changed: one delta for all, a few times a second at most. */
import { randomUUID } from 'node:crypto';
import type { ToPage } from './console-state.ts';
import { Deltas } from './deltas.ts';
import type { Mirror } from './mirror.ts';

const flushMs = 250;

/** A page that listens. */
export interface Listener {
  /** The watcher whose processes it shows. */
  readonly open: string | null;
  send(message: ToPage): void;
}

export class Hub {
  /** Of this start of circushttpd: revisions count from 0 again after the next. */
  readonly boot = randomUUID();
  readonly #mirror: Mirror;
  readonly #deltas = new Deltas();
  readonly #listeners = new Set<Listener>();
  readonly #timer: NodeJS.Timeout;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
    this.#timer = setInterval(() => this.#flush(), flushMs);
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** What a page needs that knows nothing, or that was here before, up to a revision of a start. */
  catchUp(known?: { readonly boot: string; readonly rev: number }): readonly ToPage[] {
    // what a snapshot has must not come again as a delta
    this.#flush();
    const missed = known?.boot === this.boot ? this.#deltas.since(known.rev) : undefined;
    if (missed !== undefined) return missed.map((delta) => ({ type: 'delta', delta }));
    const { boot, rev } = { boot: this.boot, rev: this.#deltas.rev };
    return [{ type: 'snapshot', boot, rev, state: this.#mirror.state }];
  }

  /** All processes of a watcher. */
  wholeOf(watcher: string): ToPage {
    const rows = this.#mirror.processes(watcher);
    return { type: 'processes', watcher, isWhole: true, rows, gone: [] };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #flush(): void {
    const changes = this.#mirror.takeChanges();
    if (changes !== undefined) this.#tell({ type: 'delta', delta: this.#deltas.add(changes) });
    const open = new Set([...this.#listeners].map((listener) => listener.open));
    for (const watcher of open) if (watcher !== null) this.#tellProcesses(watcher);
  }

  #tellProcesses(watcher: string): void {
    const changes = this.#mirror.takeProcessChanges(watcher);
    if (changes === undefined) return;
    for (const listener of this.#listeners) {
      if (listener.open === watcher) listener.send({ type: 'processes', watcher, ...changes });
    }
  }

  #tell(message: ToPage): void {
    for (const listener of this.#listeners) listener.send(message);
  }
}
