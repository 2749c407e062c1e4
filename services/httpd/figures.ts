/** From the wire's process descriptions (protocol 2.6) to numbers that a page can draw. */
import type { Json, JsonObject } from '#libs/protocol';
import type { ProcessRow } from './console-state.ts';

const suffixes = 'BKMGTPEZY';

/** Bytes of a text such as `8.89M`; null for `N/A`. */
export function bytesOf(value: Json | undefined): number | null {
  const parsed = /^([\d.]+)([BKMGTPEZY])?$/.exec(String(value));
  if (parsed === null) return null;
  return Math.round(Number(parsed[1]) * 1024 ** suffixes.indexOf(parsed[2] ?? 'B'));
}

/** A number, or null for `N/A` and the like. */
export function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== 'N/A' ? value : null;
}

/** A process as described by `stats` or the stats channel; what is not told stays as it was. */
export function processRow(
  pid: number,
  info: JsonObject,
  before: ProcessRow | undefined,
): ProcessRow {
  return {
    pid,
    wid: numberOf(info['wid']) ?? before?.wid ?? null,
    started: numberOf(info['started']) ?? before?.started ?? numberOf(info['create_time']),
    cpu: numberOf(info['cpu']),
    rss: bytesOf(info['mem_info1']),
    fds: numberOf(info['fds']) ?? before?.fds ?? null,
    user: textOf(info['username']) ?? before?.user ?? null,
    command: textOf(info['cmdline']) ?? before?.command ?? null,
  };
}

/** The sum of what is known; null when nothing is. */
export function sumOf(values: Iterable<number | null>): number | null {
  let sum: number | null = null;
  for (const value of values) if (value !== null) sum = (sum ?? 0) + value;
  return sum;
}

/** Whether a page would see no difference. */
export function isSameRow<T extends object>(one: T, other: T): boolean {
  const values = new Map<string, unknown>(Object.entries(other));
  return Object.entries(one).every(([key, value]) => values.get(key) === value);
}
