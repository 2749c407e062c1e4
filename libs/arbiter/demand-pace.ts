/**
 * An on_demand watcher whose process ends without taking what waits would be started again at once,
 * for ever. Its next start waits, as the slot of a process that keeps dying does (design: crash
 * loops); after an exit in good order only briefly, because a program may serve one connection a life.
 */
import { type BackoffRules, backoffDelayMs } from '#libs/supervision';

/** The pace of one watcher. */
export class DemandPace {
  #startedAt = Number.NEGATIVE_INFINITY;
  #exitCode: number | null = null;
  #failures = 0;

  /** Something was there to read. */
  noteStart(now: number): void {
    this.#startedAt = now;
  }

  noteExit(exitCode: number): void {
    this.#exitCode = exitCode;
  }

  /** Milliseconds until the sockets are looked at again. */
  delayMs(rules: BackoffRules, now: number, random: number): number {
    const livedMs = now - this.#startedAt;
    if (livedMs >= rules.minLifeMs) this.#failures = 0;
    else this.#failures += 1;
    const delay = backoffDelayMs(rules, this.#failures, random);
    return this.#exitCode === 0 ? Math.min(delay, rules.initialMs) : delay;
  }
}
