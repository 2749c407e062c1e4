/** Signal names and numbers, in every spelling that files, commands and people use. */
import { constants } from 'node:os';
import { CircusError } from './errors.ts';

/** glibc keeps 32 and 33 for itself; Python's and bash's SIGRTMIN is this one too. */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

const numbers: ReadonlyMap<string, number> = new Map([
  ...Object.entries(constants.signals),
  ['SIGCLD', constants.signals.SIGCHLD],
  ['SIGRTMIN', SIGRTMIN],
  ['SIGRTMAX', SIGRTMAX],
]);

/**
 * The number of a signal: `15`, `"15"`, `TERM`, `sigterm`, `SIGRTMIN+2`, in any case (protocol 2.3
 * "signal"). 0 is one: it asks whether a process exists. `undefined` when there is no such signal.
 */
export function findSignal(spelling: string | number): number | undefined {
  const number = typeof spelling === 'number' ? spelling : readSpelling(spelling.trim());
  if (number === undefined || !Number.isInteger(number)) return undefined;
  return number >= 0 && number <= SIGRTMAX ? number : undefined;
}

/**
 * As `findSignal`.
 *
 * @throws CircusError `invalid_message` when there is no such signal
 */
export function parseSignal(spelling: string | number): number {
  const number = findSignal(spelling);
  if (number !== undefined) return number;
  throw new CircusError(
    'invalid_message',
    `signal invalid: ${JSON.stringify(spelling)}, use a name such as TERM or SIGRTMIN+1, or 0 to ${SIGRTMAX}`,
  );
}

function readSpelling(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  return numbers.get(name) ?? readRealTime(name);
}

function readRealTime(name: string): number | undefined {
  const [, up, down] = /^SIGRT(?:MIN\+(\d+)|MAX-(\d+))$/.exec(name) ?? [];
  if (up === undefined && down === undefined) return undefined;
  const number = up === undefined ? SIGRTMAX - Number(down) : SIGRTMIN + Number(up);
  return number >= SIGRTMIN && number <= SIGRTMAX ? number : undefined;
}

/** `SIGTERM` for 15, `SIGRTMIN+2` for 36, `SIGRTMAX-1` for 63; the digits when it has no name. */
export function signalName(number: number): string {
  for (const [name, value] of numbers) if (value === number) return name;
  if (number < SIGRTMIN || number > SIGRTMAX) return String(number);
  const up = number - SIGRTMIN;
  const down = SIGRTMAX - number;
  return up <= down ? `SIGRTMIN+${up}` : `SIGRTMAX-${down}`;
}
