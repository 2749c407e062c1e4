/**
 * RLIMIT_NOFILE. Node raises the soft limit to the hard one before any script runs, and keeps no
 * note of what it was. circusd is glad of it; its children get the limit that it was started with,
 * because programs size tables by it (1 024 is what select(2) can hold).
 */

import { readProcFile } from '#libs/process-info';
import { constants } from './platform.ts';
import { type ResourceLimit, readLimit, writeLimit } from './rlimits.ts';

/**
 * The environment variable that hands the soft limit to a circusd that replaces this one. It is for
 * circusd alone: with copy_env its processes would hand it on to a circusd of their own.
 */
export const fileLimitVariable = 'CIRCUS_NOFILE_SOFT';

/** What systemd gives where nobody says otherwise (its soft limit is 1 024 in both). */
const systemdHardLimits: ReadonlySet<number | null> = new Set([4096, 524_288]);
const systemdSoftLimit = 1024;

/**
 * The soft limit before Node raised it; `null` is unlimited. In order: what the environment says,
 * the parent's own limit when we have its hard limit too (it passed on both), otherwise somebody
 * has set limits for us alone, as systemd does: 1 024 for its defaults, and for `LimitNOFILE=N`,
 * which sets both, the hard limit.
 */
export function originalSoftLimit(
  own: ResourceLimit,
  fromEnvironment: string | undefined,
  parentLimits: string | undefined,
): number | null {
  const stated = fromEnvironment === 'unlimited' ? null : Number(fromEnvironment || Number.NaN);
  if (stated === null || Number.isSafeInteger(stated)) return within(stated, own.hard);
  const parent = parseOpenFiles(parentLimits ?? '');
  if (parent !== undefined && parent.hard === own.hard) return within(parent.soft, own.hard);
  return systemdHardLimits.has(own.hard) ? systemdSoftLimit : own.hard;
}

function within(value: number | null, hard: number | null): number | null {
  if (hard === null) return value;
  return value === null ? hard : Math.min(value, hard);
}

function parseOpenFiles(limits: string): ResourceLimit | undefined {
  const match = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(limits);
  if (match === null) return undefined;
  const [soft, hard] = match.slice(1).map((text) => (text === 'unlimited' ? null : Number(text)));
  return soft === undefined || hard === undefined ? undefined : { soft, hard };
}

let childLimit: { readonly soft: number | null } | undefined;

/** The soft limit that children get; `null` is unlimited. Read at the first call, then kept. */
export function childFileLimit(): number | null {
  childLimit ??= {
    soft: originalSoftLimit(
      readLimit(constants.RLIMIT_NOFILE),
      process.env[fileLimitVariable],
      readProcFile(`/proc/${process.ppid}/limits`),
    ),
  };
  return childLimit.soft;
}

/**
 * Notes what children will get and makes sure that our own soft limit is the hard one. To be called
 * once, early: a parent that dies takes its limit with it.
 */
export function raiseFileLimit(): void {
  childFileLimit();
  delete process.env[fileLimitVariable];
  const { soft, hard } = readLimit(constants.RLIMIT_NOFILE);
  if (soft !== hard) writeLimit(constants.RLIMIT_NOFILE, { soft: hard, hard });
}

/** Runs `start` while our own soft limit is the children's. Other threads feel it for that time. */
export function withChildFileLimit<T>(start: () => T): T {
  const own = readLimit(constants.RLIMIT_NOFILE);
  const soft = childFileLimit();
  if (own.soft === soft) return start();
  writeLimit(constants.RLIMIT_NOFILE, { soft, hard: own.hard });
  try {
    return start();
  } finally {
    writeLimit(constants.RLIMIT_NOFILE, own);
  }
}
