/** Who is really there, of all that a daemon has started: /proc is asked, not circusd. */
import { listEntries, type RunningDaemon, readEntry } from '../daemon/index.ts';
import { readClaim } from './watchers.ts';

/** What was seen. */
export interface Census {
  /** Live workers by watcher. */
  readonly counts: Readonly<Record<string, number>>;
  /** Places with more than one live process, and which. */
  readonly duplicates: readonly string[];
  /** Children of circusd that are dead and not reaped. */
  readonly zombies: readonly number[];
}

/** Looks at every process once, and at suspicious ones again: a place can change hands meanwhile. */
export function takeCensus({ pid: daemon }: RunningDaemon): Census {
  const children = listEntries().filter(({ ppid }) => ppid === daemon);
  const counts: Record<string, number> = {};
  const holders = new Map<string, number[]>();
  for (const { pid } of children) {
    const claim = readClaim(pid);
    if (claim === undefined) continue;
    const watcher = claim.split(' ', 1)[0] ?? '';
    counts[watcher] = (counts[watcher] ?? 0) + 1;
    holders.set(claim, [...(holders.get(claim) ?? []), pid]);
  }
  const duplicates = [...holders]
    .map(([claim, pids]) => [claim, pids.filter((pid) => readClaim(pid) === claim)] as const)
    .filter(([, pids]) => pids.length > 1)
    .map(([claim, pids]) => `${claim}: ${pids.join(', ')}`);
  const zombies = children
    .filter(({ pid, startTime }) => {
      const now = readEntry(pid);
      return now?.state === 'Z' && now.startTime === startTime;
    })
    .map(({ pid }) => pid);
  return { counts, duplicates, zombies };
}
