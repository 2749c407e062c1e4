/** Replacing the processes of a watcher (protocol 7.8): new ones first, or one by one. */
import type { ReloadRecord, Slot, WatcherRecord } from './model.ts';
import { stopProcess } from './processes.ts';
import {
  byAge,
  forgiveSlot,
  isOccupied,
  isOlder,
  lastingSlots,
  type OccupiedSlot,
} from './slots.ts';
import { isWarm, retire, tendSlots } from './tending.ts';
import type { Turn } from './turn.ts';
import { noteReload } from './waits.ts';

/**
 * Asks for a reload of a watcher that is not stopped. One that is under way is followed by another,
 * so that every process is newer than the last request; several requests in the meantime are one.
 * Whatever the case, the next generation fulfils the request.
 */
export function requestReload(turn: Turn, watcher: WatcherRecord, how: ReloadRecord['kind']): void {
  watcher.nextReload = how;
  if (watcher.state === 'active') beginNextReload(turn, watcher);
}

/** Starts the reload that waits, if there is one and none is under way. */
export function beginNextReload(turn: Turn, watcher: WatcherRecord): void {
  if (watcher.reload !== null || watcher.nextReload === null) return;
  const how = watcher.nextReload;
  watcher.nextReload = null;
  beginReload(turn, watcher, how);
}

/** Carries a reload on as far as it goes now. */
export function tendReload(turn: Turn, watcher: WatcherRecord, reload: ReloadRecord): void {
  if (reload.failure !== null) rollBack(turn, watcher, reload, reload.failure);
  else if (reload.kind === 'graceful') tendGraceful(turn, watcher, reload);
  else tendSequential(turn, watcher, reload);
}

/** The watcher is stopped or restarted in the middle of a reload: whoever waits for it is told. */
export function abandonReload(turn: Turn, watcher: WatcherRecord, reason: string): void {
  if (watcher.reload === null && watcher.nextReload === null) return;
  watcher.reload = null;
  watcher.nextReload = null;
  noteReload(turn.state, watcher.key, Number.POSITIVE_INFINITY, reason);
}

/** Somebody has thought better of it: what is under way is rolled back, what waits is forgotten. */
export function abortReload(turn: Turn, watcher: WatcherRecord): void {
  const reason = `the reload of ${watcher.name} was aborted`;
  watcher.nextReload = null;
  if (watcher.reload !== null) watcher.reload.failure ??= reason;
  noteReload(turn.state, watcher.key, Number.POSITIVE_INFINITY, reason);
}

function beginReload(turn: Turn, watcher: WatcherRecord, how: ReloadRecord['kind']): void {
  watcher.generation += 1;
  const { generation, key, rules } = watcher;
  // A singleton promises that there are never two of it, not even for a moment.
  const kind = rules.singleton ? 'sequential' : how;
  if (rules.sendHup) {
    for (const { process } of watcher.slots.filter(isOccupied)) {
      const { ticket, pid } = process;
      if (pid !== null) turn.actions.push({ type: 'hup', key, ticket, pid });
    }
    finish(turn, watcher, generation);
    return;
  }
  for (const slot of watcher.slots) forgiveSlot(slot);
  watcher.trouble = null;
  watcher.reload = { kind, generation, failure: null };
  turn.actions.push({ type: 'publish', key, event: 'reload_started', facts: { kind } });
}

function tendGraceful(turn: Turn, watcher: WatcherRecord, reload: ReloadRecord): void {
  const { numprocesses } = watcher.rules;
  const room = makeRoom(turn, watcher, reload);
  const { olds, news } = partition(watcher, reload);
  const isDraining = watcher.slots.some((slot) => slot.isSurplus && isOlder(slot, reload));
  const wantedNews = isDraining ? Math.min(news.length, room) : room;
  tendSlots(turn, watcher, olds.length + wantedNews);
  if (isDraining) return;
  const now = partition(watcher, reload);
  if (now.news.length < wantedNews || !now.news.every(counts) || !isWarm(turn, watcher)) return;
  const kept = Math.max(0, numprocesses - now.news.length);
  for (const old of now.olds.slice(0, now.olds.length - kept)) retire(turn, watcher, old);
  if (now.olds.length === 0) finish(turn, watcher, reload.generation);
}

/**
 * Lets go at once of what the count, lowered since, has no place for; the number of new processes
 * that the others leave room for.
 */
function makeRoom(turn: Turn, watcher: WatcherRecord, reload: ReloadRecord): number {
  const { numprocesses, reloadSurge } = watcher.rules;
  const { olds, news } = partition(watcher, reload);
  const spareOlds = olds.slice(0, Math.max(0, olds.length - numprocesses));
  const vacancies = numprocesses - (olds.length - spareOlds.length);
  const room = Math.min(numprocesses, vacancies + Math.max(1, reloadSurge ?? numprocesses));
  const spareNews = worstFirst(news).slice(0, Math.max(0, news.length - room));
  for (const slot of [...spareOlds, ...spareNews]) retire(turn, watcher, slot);
  return room;
}

function tendSequential(turn: Turn, watcher: WatcherRecord, reload: ReloadRecord): void {
  tendSlots(turn, watcher, watcher.rules.numprocesses);
  if (!watcher.slots.every(counts) || !isWarm(turn, watcher)) return;
  const [oldest] = partition(watcher, reload).olds;
  if (oldest === undefined) finish(turn, watcher, reload.generation);
  else stopProcess(turn, watcher, oldest, 'sequential');
}

/** The new processes are no good: they go, the old ones stay. */
function rollBack(turn: Turn, watcher: WatcherRecord, reload: ReloadRecord, reason: string): void {
  watcher.reload = null;
  const { key } = watcher;
  const spare = Math.max(0, lastingSlots(watcher).length - watcher.rules.numprocesses);
  const { news } = partition(watcher, reload);
  for (const slot of worstFirst(news).slice(0, spare)) retire(turn, watcher, slot);
  watcher.trouble = `reload rolled back: ${reason}`;
  turn.actions.push({ type: 'publish', key, event: 'reload_failed', facts: { reason } });
  const text = `reload of ${watcher.name} is rolled back: ${reason}`;
  turn.actions.push({ type: 'report', key, level: 'error', text });
  noteReload(turn.state, key, reload.generation, reason);
}

function finish(turn: Turn, watcher: WatcherRecord, generation: number): void {
  watcher.reload = null;
  turn.actions.push({ type: 'publish', key: watcher.key, event: 'reload', facts: {} });
  noteReload(turn.state, watcher.key, generation, null);
}

/** Lasting slots: those whose process is to be replaced, oldest first, and all others. */
function partition(
  watcher: WatcherRecord,
  reload: ReloadRecord,
): { olds: OccupiedSlot[]; news: Slot[] } {
  const olds: OccupiedSlot[] = [];
  const news: Slot[] = [];
  for (const slot of lastingSlots(watcher)) {
    if (isOccupied(slot) && isOlder(slot, reload)) olds.push(slot);
    else news.push(slot);
  }
  return { olds: olds.sort(byAge), news };
}

/** Vacant slots, then processes that do not serve yet, then those that do. */
function worstFirst(slots: readonly Slot[]): Slot[] {
  const worth = (slot: Slot): number => (counts(slot) ? 2 : slot.process === null ? 0 : 1);
  return [...slots].sort((a, b) => worth(a) - worth(b));
}

/** Whether the process in this slot serves, or has done its work. */
function counts(slot: Slot): boolean {
  return slot.isDone || slot.process?.state === 'running';
}
