/** What can be read off the state: for `status`, `list`, `numprocesses` and whoever asks why. */
import type { WatcherStatus } from '#libs/protocol';
import { describeMissing } from './dependencies.ts';
import type { DaemonState, WatcherRecord, WatcherState } from './model.ts';
import { isTended } from './processes.ts';
import { byAge, findSlot, isOccupied, isOlder } from './slots.ts';

/** The core's states in the words of `status`. A dormant watcher runs nothing: stopped. */
const statusOfState: Readonly<Record<WatcherState, WatcherStatus>> = {
  stopped: 'stopped',
  dormant: 'stopped',
  blocked: 'starting',
  opening: 'starting',
  starting: 'starting',
  confirming: 'starting',
  active: 'active',
  closing: 'stopping',
  stopping: 'stopping',
};

/** A watcher's state as `status` prints it. */
export function statusOf(watcher: WatcherRecord): WatcherStatus {
  return statusOfState[watcher.state];
}

/** Pids of the processes that are alive, oldest first. */
export function livePids(watcher: WatcherRecord): number[] {
  const pids: number[] = [];
  for (const { process } of watcher.slots.filter(isOccupied).sort(byAge)) {
    if (process.pid !== null) pids.push(process.pid);
  }
  return pids;
}

/** Whether no reap event will tell of the death of this process: its place goes, or it was too old. */
export function isLetGo(watcher: WatcherRecord, wid: number, ticket: number): boolean {
  const ending = findSlot(watcher, wid, ticket)?.process.ending;
  return ending === 'surplus' || ending === 'expired';
}

/** Processes that are ready, of a watcher that asks them; null when it does not. */
export function readyCount({ rules, slots }: WatcherRecord): number | null {
  if (rules.readiness === null) return null;
  return slots.filter(({ process }) => process?.state === 'running').length;
}

/** How far a reload is: new processes that serve, and old ones that are left; null without one. */
export function reloadCounts({
  reload,
  slots,
}: WatcherRecord): { fresh: number; old: number } | null {
  if (reload === null) return null;
  const occupied = slots.filter(isOccupied);
  const olds = occupied.filter((slot) => isOlder(slot, reload));
  const news = occupied.filter((slot) => !isOlder(slot, reload));
  const fresh = news.filter((slot) => slot.process.state === 'running').length;
  return { fresh, old: olds.length };
}

/** The slots of a watcher, as whoever keeps something for its processes has to know them. */
export interface Places {
  /** Wids whose process stays, or is followed by one in the same slot. */
  readonly staying: ReadonlySet<number>;
  /** Wids that go with their process: the count was lowered, or a reload replaces it from another slot. */
  readonly leaving: ReadonlySet<number>;
  /** How many are to stay when all that is under way is done. */
  readonly awaited: number;
}

/** What becomes of the slots of a watcher. One whose process has ended for good belongs to neither side. */
export function placesOf({ slots, wanted, rules, reload }: WatcherRecord): Places {
  const graceful = reload?.kind === 'graceful' ? reload : null;
  const staying = new Set<number>();
  const leaving = new Set<number>();
  for (const slot of slots) {
    if (slot.isDone) continue;
    const leaves = slot.isSurplus || (graceful !== null && isOlder(slot, graceful));
    (leaves ? leaving : staying).add(slot.wid);
  }
  const done = slots.filter(({ isDone }) => isDone).length;
  return { staying, leaving, awaited: wanted === 'active' ? rules.numprocesses - done : 0 };
}

/** Why a watcher is not as wanted, for people; null when all is well. */
export function troubleOf(state: DaemonState, watcher: WatcherRecord, now: number): string | null {
  if (watcher.trouble !== null) return watcher.trouble;
  if (watcher.state === 'blocked') {
    return `waits for ${describeMissing(state, watcher).join(', ')}`;
  }
  if (watcher.wanted === 'stopped' && isTended(watcher)) return 'waits for its dependents to stop';
  return pauseOf(watcher, now) ?? attemptOf(watcher);
}

/** A slot that is kept vacant. */
function pauseOf(watcher: WatcherRecord, now: number): string | null {
  const waiting = watcher.slots.filter((slot) => slot.retryAt !== null && slot.retryAt > now);
  const first = waiting.find((slot) => slot.trouble !== null) ?? waiting[0];
  if (first?.retryAt == null) return null;
  const seconds = ((first.retryAt - now) / 1_000).toFixed(1);
  const cause = first.trouble ?? `ended ${first.failures} times in a row soon after its start`;
  return `wid ${first.wid}: ${cause}; next attempt in ${seconds} s`;
}

/** What was wrong with the last process of a slot whose next one does not serve yet. */
function attemptOf({ slots }: WatcherRecord): string | null {
  const troubled = slots.find(({ process, trouble }) => trouble !== null && process !== null);
  if (troubled?.process == null) return null;
  const { wid, trouble, process } = troubled;
  const isLeaving = process.state === 'stopping' || process.state === 'killing';
  if (isLeaving) return `wid ${wid}: ${trouble}; it is being stopped`;
  const note = process.note === null ? '' : `: ${process.note}`;
  return `wid ${wid}: ${trouble}; pid ${process.pid ?? '?'} is the next attempt${note}`;
}
