/** When a file is put aside for a new one, and what it is called then (protocol 8). */
import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { formatTime } from './strftime.ts';

/** The rule of one file. Nothing is lost in a rotation but what is beyond the backups to keep. */
export interface Rotation {
  /** Called when the file was opened; `modifiedMs` is when it was last written. */
  begin(modifiedMs: number): void;
  /** How many bytes may be written now; 0: rotate first. */
  room(data: Buffer, size: number): number;
  /** Renames the file, which is closed, and removes the oldest. */
  rotate(path: string): Promise<void>;
}

const newline = 10;

/** A new file before the old one has `maxBytes`: between two lines, unless one is longer than that. */
export function bySize(maxBytes: number, backupCount: number): Rotation {
  const limit = maxBytes - 1;
  return {
    begin: () => undefined,
    room(data, size) {
      const room = limit - size;
      if (data.length <= room) return data.length;
      if (room > 0) {
        const lines = data.lastIndexOf(newline, room - 1) + 1;
        if (lines > 0) return lines;
      }
      return size > 0 ? 0 : Math.max(1, Math.min(limit, data.length));
    },
    rotate: shiftBackups(backupCount),
  };
}

/** `f.1` becomes `f.2` and so on, then `f` becomes `f.1`. */
function shiftBackups(backupCount: number): (path: string) => Promise<void> {
  /** How many there are, but for the one too many. */
  let known = 0;
  return async (path) => {
    while (known < backupCount - 1 && (await exists(`${path}.${known + 1}`))) known += 1;
    for (let number = known; number > 0; number -= 1) {
      await renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    }
    await rename(path, `${path}.1`);
  };
}

/** Somebody may have removed it. */
async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

const secondMs = 1_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** `S` to `W6`, in capitals. */
export const rotationUnits = {
  S: { ms: secondMs, format: '%Y%m%d%H%M%S' },
  M: { ms: 60 * secondMs, format: '%Y%m%d%H%M' },
  H: { ms: hourMs, format: '%Y%m%d%H' },
  D: { ms: dayMs, format: '%Y%m%d' },
  MIDNIGHT: { ms: dayMs, format: '%Y%m%d' },
  W0: { ms: 7 * dayMs, format: '%Y%m%d' },
  W1: { ms: 7 * dayMs, format: '%Y%m%d' },
  W2: { ms: 7 * dayMs, format: '%Y%m%d' },
  W3: { ms: 7 * dayMs, format: '%Y%m%d' },
  W4: { ms: 7 * dayMs, format: '%Y%m%d' },
  W5: { ms: 7 * dayMs, format: '%Y%m%d' },
  W6: { ms: 7 * dayMs, format: '%Y%m%d' },
} as const;

/** What `rotate_when` may be. */
export type RotationUnit = keyof typeof rotationUnits;

/** How a file is rotated by time. */
export interface TimedRules {
  readonly unit: RotationUnit;
  readonly interval: number;
  readonly utc: boolean;
  /** 0 keeps all. */
  readonly backupCount: number;
}

/** A new file at the first write after each interval, which begins when the file was last written. */
export function byTime(rules: TimedRules, now: () => number): Rotation {
  let start = now();
  let end = periodEnd(start, rules);
  return {
    begin(modifiedMs) {
      start = modifiedMs;
      end = periodEnd(start, rules);
    },
    room: (data, size) => (now() >= end && size > 0 ? 0 : data.length),
    async rotate(path) {
      const { format, ms } = rotationUnits[rules.unit];
      const begun = Math.max(start, end - ms * rules.interval);
      const name = `${path}.${formatTime(format, begun, rules)}`;
      await rename(path, await findFreeName(name));
      start = now();
      end = periodEnd(start, rules);
      if (rules.backupCount > 0) await removeOldest(path, rules.backupCount);
    },
  };
}

/** When a file that begins now is to be put aside. */
function periodEnd(fromMs: number, { unit, interval, utc }: TimedRules): number {
  const { ms } = rotationUnits[unit];
  if (unit === 'MIDNIGHT') return midnightAfter(fromMs, interval, utc);
  if (!unit.startsWith('W')) return fromMs + ms * interval;
  const weekday = (Number(unit.slice(1)) + 1) % 7;
  const date = new Date(fromMs);
  const today = utc ? date.getUTCDay() : date.getDay();
  // The midnight at the end of that day, as with MIDNIGHT.
  return midnightAfter(fromMs, ((weekday - today + 7) % 7) + 1 + 7 * (interval - 1), utc);
}

function midnightAfter(fromMs: number, days: number, utc: boolean): number {
  const date = new Date(fromMs);
  if (utc) {
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + days);
  }
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** A file of that period that is there already is kept: circusd was started again meanwhile. */
async function findFreeName(name: string): Promise<string> {
  let free = name;
  for (let number = 1; await exists(free); number += 1) free = `${name}.${number}`;
  return free;
}

async function removeOldest(path: string, backupCount: number): Promise<void> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  const backups = names
    .filter(
      (name) => name.startsWith(prefix) && /^\d{8,14}(\.\d+)?$/.test(name.slice(prefix.length)),
    )
    .sort(comparePeriods);
  const old = backups.slice(0, Math.max(0, backups.length - backupCount));
  await Promise.all(old.map((name) => unlink(join(dirname(path), name))));
}

function comparePeriods(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
