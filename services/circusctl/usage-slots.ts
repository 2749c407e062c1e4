/** Which words of a command's usage may stand at a place: `<name> [pid] <signum>`. */
import type { Command } from '#libs/commands';

interface Slot {
  readonly name: string;
  readonly isRequired: boolean;
}

/** The names of the words that may stand after so many others. */
export function slotsAt({ usage, literalAfter }: Command, place: number): string[] {
  if (literalAfter !== undefined && place >= literalAfter) return [];
  const slots = readSlots(usage);
  if (place >= slots.length) return usage.includes('...') ? repeated(usage, slots, place) : [];
  return slots
    .filter((_, index) => index >= place && requiredBefore(slots, index) <= place)
    .map(({ name }) => name);
}

function readSlots(usage: string): Slot[] {
  const tokens = usage.matchAll(/\[[^\]]*\]|<[\w-]+>/g);
  return [...tokens].flatMap(([token]) => {
    const names = [...token.matchAll(/[\w-]+/g)].map(([name]) => name);
    return names.map((name) => ({ name, isRequired: token.startsWith('<') }));
  });
}

function requiredBefore(slots: readonly Slot[], index: number): number {
  return slots.slice(0, index).filter(({ isRequired }) => isRequired).length;
}

/** The last bracket, or the last word, over and over. */
function repeated(usage: string, slots: readonly Slot[], place: number): string[] {
  const [last = ''] = /(?:\[[^\]]*\]|<[\w-]+>)[^[<]*$/.exec(usage) ?? [];
  const group = readSlots(last).map(({ name }) => name);
  const name = group[(place - slots.length) % Math.max(1, group.length)];
  return name === undefined ? [] : [name];
}
