/** What circusd-stats knows of one watcher, from events and answers. */
import type { Json, JsonObject } from '#libs/protocol';

/** How a process of it has ended last. */
type Exit = { readonly pid: number; readonly exit_code: number | null; readonly time: number };

/** An event of one watcher. */
export interface WatcherEvent {
  readonly event: string;
  readonly payload: JsonObject;
}

/** One watcher: its processes, and its story as far as events tell it. */
export class WatcherRecord {
  /** By which circusd looks it up. */
  readonly name: string;
  readonly pids = new Set<number>();
  /** As `status` tells it; `undefined`: not asked yet. */
  state: string | undefined;
  /** How many processes are wanted; `undefined`: not known. */
  wanted: number | undefined;
  #restarts = 0;
  #startedAt: number | undefined;
  #lastExit: Exit | null = null;
  /** Told to end: their death is no accident. */
  readonly #doomed = new Set<number>();

  constructor(name: string) {
    this.name = name;
  }

  /** What `event` means for the processes. One that was told to end may live on for long: it stays. */
  follow({ event, payload }: WatcherEvent): void {
    const pid = payload['process_pid'];
    if (event === 'stop') this.pids.clear();
    if (typeof pid !== 'number') return;
    if (event === 'spawn') this.pids.add(pid);
    if (event === 'reap') this.pids.delete(pid);
  }

  /** What `event` adds to the story. Each event only once. */
  remember({ event, payload }: WatcherEvent): void {
    const { process_pid: pid = null, time = null, exit_code: code = null } = payload;
    if (event === 'start') this.#startedAt = asNumber(time);
    if (event === 'stop') this.#doomed.clear();
    if (typeof pid !== 'number') return;
    if (event === 'kill') this.#doomed.add(pid);
    if (event === 'reap') {
      if (!this.#doomed.delete(pid)) this.#restarts += 1;
      this.#lastExit = { pid, exit_code: asNumber(code) ?? null, time: asNumber(time) ?? 0 };
    }
    // Not every death is told of: a new process of that number is not the one that was to end.
    if (event === 'spawn') this.#doomed.delete(pid);
  }

  /**
   * What `stat.<watcher>` tells beyond the original.
   *
   * @param oldest - seconds since the oldest process was created
   */
  tell(now: number, oldest: number | undefined): JsonObject {
    const isUp = this.pids.size > 0;
    const since = this.#startedAt === undefined ? oldest : now - this.#startedAt;
    return {
      state: this.state ?? null,
      numprocesses: this.wanted ?? null,
      restarts: this.#restarts,
      uptime: isUp && since !== undefined ? Math.max(0, Math.round(since * 100) / 100) : null,
      last_exit: this.#lastExit,
    };
  }
}

function asNumber(value: Json): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
