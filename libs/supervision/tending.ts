/** Keeps the number of processes at what is wanted: fills vacant slots, lets surplus ones go. */
import type { Slot, WatcherRecord } from './model.ts';
import { beginProcess, stopProcess } from './processes.ts';
import {
  addSlot,
  byAge,
  isOccupied,
  lastingSlots,
  type OccupiedSlot,
  removeSlot,
} from './slots.ts';
import type { Turn } from './turn.ts';

/** Spawns of one watcher under way at once. More would only delay a `stop` that overtakes them. */
const maxSpawning = 4;

/** Brings the slots to `target` in number and fills those that are due. */
export function tendSlots(turn: Turn, watcher: WatcherRecord, target: number): void {
  trimSlots(turn, watcher, target);
  const missing = target - lastingSlots(watcher).length;
  for (let added = 0; added < missing; added += 1) addSlot(watcher);
  fillSlots(turn, watcher);
}

/** Whether the pause after the last spawn (warmup_delay) is over. */
export function isWarm({ now }: Turn, { spawnNotBefore }: WatcherRecord): boolean {
  return spawnNotBefore === null || spawnNotBefore <= now;
}

/** Whether every slot has had a process that counted, and the last warm-up is over. */
export function isLaunched(turn: Turn, watcher: WatcherRecord): boolean {
  const lasting = lastingSlots(watcher);
  return (
    lasting.length >= watcher.rules.numprocesses &&
    lasting.every((slot) => slot.isLaunched || slot.isDone) &&
    isWarm(turn, watcher)
  );
}

/** Whether as many processes run as are wanted, and none is on its way in or out. */
export function isSettled(turn: Turn, watcher: WatcherRecord): boolean {
  return (
    watcher.reload === null &&
    watcher.slots.length === watcher.rules.numprocesses &&
    isLaunched(turn, watcher) &&
    !watcher.slots.some((slot) => slot.process?.state === 'spawning')
  );
}

/** Lets go of the slots above `target`: vacant ones first, then the oldest processes. */
export function trimSlots(turn: Turn, watcher: WatcherRecord, target: number): void {
  const lasting = lastingSlots(watcher);
  const surplus = lasting.length - target;
  if (surplus <= 0) return;
  const vacant = lasting.filter((slot) => !isOccupied(slot)).reverse();
  const occupied = lasting.filter(isOccupied).sort(byAge);
  for (const slot of [...vacant, ...occupied].slice(0, surplus)) retire(turn, watcher, slot);
}

/** Ends a slot: it goes away, with its process if it has one. No reap event tells of it. */
export function retire(turn: Turn, watcher: WatcherRecord, slot: Slot | OccupiedSlot): void {
  if (!isOccupied(slot)) {
    removeSlot(watcher, slot);
    return;
  }
  slot.isSurplus = true;
  stopProcess(turn, watcher, slot, 'surplus');
}

function fillSlots(turn: Turn, watcher: WatcherRecord): void {
  const isPaced = watcher.rules.warmupDelayMs > 0;
  let room = (isPaced ? 1 : maxSpawning) - countSpawning(watcher);
  if (isWarm(turn, watcher)) watcher.spawnNotBefore = null;
  else room = 0;
  for (const slot of watcher.slots) {
    if (slot.retryAt !== null && slot.retryAt <= turn.now) slot.retryAt = null;
    const isDue = slot.process === null && slot.retryAt === null && !slot.isDone;
    if (!isDue || room <= 0) continue;
    room -= 1;
    beginProcess(turn, watcher, slot);
  }
}

function countSpawning(watcher: WatcherRecord): number {
  return watcher.slots.filter(({ process }) => {
    return process?.state === 'spawning' || process?.state === 'gated';
  }).length;
}
