/** The places that a watcher has for processes. */
import type { ProcessRecord, ReloadRecord, Slot, WatcherRecord } from './model.ts';

/** A slot that holds a process. */
export type OccupiedSlot = Slot & { process: ProcessRecord };

/** Whether there is a process in it, from the order to spawn it to its death. */
export function isOccupied(slot: Slot): slot is OccupiedSlot {
  return slot.process !== null;
}

/** Slots that are to stay, in the order of their wids. */
export function lastingSlots(watcher: WatcherRecord): Slot[] {
  return watcher.slots.filter((slot) => !slot.isSurplus);
}

/** Whether the process in it is one that a reload is to replace. */
export function isOlder({ process }: Slot, reload: ReloadRecord): boolean {
  return process !== null && process.generation < reload.generation;
}

/** The slot of this wid if it still holds this very process. */
export function findSlot(
  watcher: WatcherRecord,
  wid: number,
  ticket: number,
): OccupiedSlot | undefined {
  const slot = watcher.slots.find((candidate) => candidate.wid === wid);
  return slot !== undefined && isOccupied(slot) && slot.process.ticket === ticket
    ? slot
    : undefined;
}

/** Adds a vacant slot under the smallest free wid. */
export function addSlot(watcher: WatcherRecord): Slot {
  let wid = 1;
  for (const slot of watcher.slots) {
    if (slot.wid !== wid) break;
    wid += 1;
  }
  const slot: Slot = {
    wid,
    process: null,
    retryAt: null,
    failures: 0,
    refusals: 0,
    isLaunched: false,
    isSurplus: false,
    isDone: false,
    trouble: null,
  };
  watcher.slots.splice(wid - 1, 0, slot);
  return slot;
}

/** Takes a slot away; its wid is free. */
export function removeSlot(watcher: WatcherRecord, slot: Slot): void {
  watcher.slots.splice(watcher.slots.indexOf(slot), 1);
}

/** Forgets how often a slot has failed, so that it is filled at once. */
export function forgiveSlot(slot: Slot): void {
  slot.failures = 0;
  slot.refusals = 0;
  slot.retryAt = null;
  slot.trouble = null;
}

/** Oldest process first; those not yet born last. */
export function byAge(a: OccupiedSlot, b: OccupiedSlot): number {
  return (
    (a.process.bornAt ?? Number.POSITIVE_INFINITY) -
      (b.process.bornAt ?? Number.POSITIVE_INFINITY) || a.process.ticket - b.process.ticket
  );
}
