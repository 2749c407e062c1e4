/**
 * A number that a process is started with and that all its descendants carry: it tells where a double
 * fork with a session of its own comes from, when parents, group and session tell nothing any more.
 *
 * It is the soft limit RLIMIT_LOCKS. Linux has not asked for that limit since 2.4.25, hands it on
 * through fork, exec, setsid and a change of user, and shows it to everybody. An environment variable
 * would not do: a worker's environment is the configured one and nothing else (protocol 6.5), programs
 * clear theirs or write their titles over it, and that of another user cannot be read.
 */
import { readProcFile } from '#libs/process-info';
import { constants } from './platform.ts';
import { readLimit, writeLimit } from './rlimits.ts';

/** All marks are above: nobody would set such a limit, and nothing could ever reach it. */
const base = 2 ** 52;

/** Numbers below are told apart. */
const numbers = 2 ** 32;

/** Marks of a circusd below this one are not ours. */
function ownBase(): number {
  return base + (process.pid % 2 ** 20) * numbers;
}

/** Runs `start`; a process that it starts carries the number, if the hard limit leaves room for it. */
export function withMark<T>(number: number | undefined, start: () => T): T {
  if (number === undefined) return start();
  const own = readLimit(constants.RLIMIT_LOCKS);
  const mark = ownBase() + (number % numbers);
  if (own.hard !== null && own.hard < mark) return start();
  writeLimit(constants.RLIMIT_LOCKS, { soft: mark, hard: own.hard });
  try {
    return start();
  } finally {
    writeLimit(constants.RLIMIT_LOCKS, own);
  }
}

/** The number that a process carries; `undefined`: none of ours, or there is no such process. */
export function readMark(pid: number): number | undefined {
  const limits = readProcFile(`/proc/${pid}/limits`) ?? '';
  const mark = Number(/^Max file locks\s+(\d+)/m.exec(limits)?.[1]);
  const number = mark - ownBase();
  return number >= 0 && number < numbers ? number : undefined;
}
