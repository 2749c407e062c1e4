import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a condition.
 *
 * @param describe - what was seen instead, for the error's text
 * @throws Error it did not come true in time
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { withinMs, everyMs = 10 }: { withinMs: number; everyMs?: number },
  describe: () => string,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`after ${withinMs} ms: ${describe()}`);
    await sleep(everyMs);
  }
}
