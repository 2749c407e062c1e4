/** The screen that lives: data and keys change it, and every second the time does. */
import { EventSubscriber } from '#libs/client';
import { drawFrame, type Frame } from './frame.ts';
import { press } from './keys.ts';
import { StatsModel } from './stats-model.ts';
import { Terminal, terminalFacts } from './terminal.ts';
import { firstView, type View } from './view.ts';

/** A pass of many processes comes as many messages, which are one picture. Milliseconds. */
const gatherMs = 120;

const clockMs = 1_000;

/** Runs until it is closed, by a key or from outside. */
export class LiveScreen {
  readonly #endpoint: string;
  readonly #model: StatsModel;
  readonly #staleMs: number;
  readonly #subscriber: EventSubscriber;
  readonly #facts = terminalFacts(process.env);
  readonly #terminal: Terminal;
  readonly #onClose: () => void;
  #view: View = firstView;
  #frame: Frame | undefined;
  #drawTimer: NodeJS.Timeout | undefined;

  /** @param timeoutMs - how long something is shown that is not told of any more */
  constructor(endpoint: string, timeoutMs: number, onClose: () => void) {
    this.#endpoint = endpoint;
    this.#model = new StatsModel(timeoutMs);
    this.#staleMs = timeoutMs * 0.6;
    this.#onClose = onClose;
    this.#subscriber = new EventSubscriber(endpoint, ['stat.']);
    this.#terminal = new Terminal(this.#facts, {
      onKey: (key) => {
        if (this.#frame === undefined) return;
        const view = press(key, this.#view, this.#frame);
        if (view === undefined) return this.close();
        this.#view = view;
        this.#draw();
      },
      onResize: () => this.#draw(),
    });
  }

  /** Resolves when it is closed. @throws EndpointError the address is unusable */
  async run(): Promise<void> {
    this.#draw();
    const clock = setInterval(() => this.#draw(), clockMs);
    try {
      for await (const message of this.#subscriber) {
        this.#model.take(message, performance.now());
        this.#drawTimer ??= setTimeout(() => this.#draw(), gatherMs);
      }
    } finally {
      clearInterval(clock);
    }
  }

  /** Gives the terminal back. */
  close(): void {
    clearTimeout(this.#drawTimer);
    this.#subscriber.close();
    this.#terminal.close();
    this.#onClose();
  }

  #draw(): void {
    clearTimeout(this.#drawTimer);
    this.#drawTimer = undefined;
    this.#frame = drawFrame({
      groups: this.#model.groups(),
      view: this.#view,
      endpoint: this.#endpoint,
      width: this.#terminal.width,
      height: this.#terminal.height,
      hasUnicode: this.#facts.hasUnicode,
      nowMs: performance.now(),
      now: Date.now() / 1_000,
      lastDataAt: this.#model.lastDataAt,
      staleMs: this.#staleMs,
    });
    this.#view = this.#frame.view;
    this.#terminal.show(this.#frame.lines);
  }
}
