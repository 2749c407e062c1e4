/** Waiting for a condition with a deadline, and telling what was seen when it passes. */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

const defaultDeadlineMs = 15_000;
const pollMs = 15;

/**
 * Looks again and again until what is seen is right, and gives it.
 *
 * @throws Error the deadline has passed; the message tells what was seen last
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  isRight: (seen: T) => unknown = Boolean,
  deadlineMs = defaultDeadlineMs,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  while (true) {
    const seen = await attempt(look);
    if (!(seen instanceof Failure) && isRight(seen)) return seen;
    if (performance.now() > end) {
      const shown = seen instanceof Failure ? seen.error : seen;
      throw new Error(`not within ${deadlineMs / 1000} s: ${what}; last seen: ${inspect(shown)}`);
    }
    await delay(pollMs);
  }
}

/** Resolves as the promise does, unless the deadline passes first. */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs: number): Promise<T> {
  const timer = new AbortController();
  const late = delay(deadlineMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not within ${deadlineMs / 1000} s: ${what}`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}

class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

async function attempt<T>(look: () => T | Promise<T>): Promise<T | Failure> {
  try {
    return await look();
  } catch (error) {
    return new Failure(error);
  }
}
