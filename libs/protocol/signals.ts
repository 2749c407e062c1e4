/** Signals as people and old clients spell them (protocol 2.3 "signal"). */
import { constants } from 'node:os';

/** glibc's numbers; musl starts at 35, and there `RTMIN` names one lower than it should. */
const realTime = { RTMIN: 34, RTMAX: 64 } as const;

const named: ReadonlyMap<string, number> = new Map([
  ...Object.entries(constants.signals).map(([name, number]) => [name.slice(3), number] as const),
  ...Object.entries(realTime),
]);

/**
 * The number of a signal given as `15`, `"15"`, `TERM`, `sigterm` or `SIGRTMIN+2`, in any case.
 * `undefined` when there is no such signal; 0, which only tests for existence, is one.
 */
export function parseSignal(signal: string | number): number | undefined {
  const number = typeof signal === 'number' ? signal : signalNumber(signal.trim().toUpperCase());
  if (number === undefined || !Number.isInteger(number)) return undefined;
  return number >= 0 && number <= realTime.RTMAX ? number : undefined;
}

function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const [, name = '', offset = '0'] = /^(?:SIG)?([A-Z]\w*)([+-]\d+)?$/.exec(text) ?? [];
  const base = named.get(name);
  if (base === undefined) return undefined;
  // only the real-time signals are counted from their ends
  if (offset !== '0' && !(name in realTime)) return undefined;
  return base + Number(offset);
}
