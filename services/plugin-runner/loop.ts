/** Doing something every few seconds. */
import { seconds } from '#libs/options';

/** The row of `loop_rate`. */
export function loopRate(everySeconds: number) {
  return {
    name: 'loop_rate',
    kind: seconds,
    default: everySeconds,
    unit: 'seconds',
    minimum: 0.01,
    doc: 'How often to look.',
    manual: '-',
  } as const;
}

/** Calls work again and again, the next time so long after it has ended. */
export class Loop {
  readonly #everyMs: number;
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** `work` must not reject. */
  constructor(everySeconds: number, work: () => Promise<void>) {
    this.#everyMs = everySeconds * 1_000;
    this.#work = work;
  }

  start(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      void this.#work().then(() => this.start());
    }, this.#everyMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
