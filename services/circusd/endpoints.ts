/** Both endpoints of circusd, which come and go together. */
import type { Logger } from '#libs/logging';
import type { SavedBinding } from './binding.ts';
import type { ControlEndpoint, SavedControl } from './control-endpoint.ts';
import type { EventPublisher, SavedPublisher } from './event-publisher.ts';

/** Both, closed, with their addresses held. */
export interface HeldEndpoints {
  readonly control: SavedBinding | undefined;
  readonly events: SavedBinding | undefined;
}

/** Both as this program or the next one opens them again. */
export interface SavedEndpoints {
  readonly control: SavedControl;
  readonly events: SavedPublisher;
}

/** How long an address that cannot be bound again is tried for the next time. Milliseconds. */
const retryMs = 1_000;

/** The control endpoint and the event channel. */
export class Endpoints {
  readonly #log: Logger;
  readonly #events: EventPublisher;
  readonly #control: ControlEndpoint;

  constructor(control: ControlEndpoint, events: EventPublisher, log: Logger) {
    this.#control = control;
    this.#events = events;
    this.#log = log;
  }

  /** @throws StartupError */
  async openEvents(endpoint: string): Promise<void> {
    await this.#events.open(endpoint);
  }

  /** @throws StartupError */
  async openControl(endpoint: string): Promise<void> {
    await this.#control.open(endpoint);
  }

  async close(): Promise<void> {
    await Promise.all([this.#control.close(), this.#events.close()]);
  }

  /** Answers what can be answered and closes; then `handOver`, or `openAgain`. */
  async hold(): Promise<HeldEndpoints> {
    const [control, events] = await Promise.all([this.#control.hold(), this.#events.hold()]);
    return { control, events };
  }

  /** What is to be known at this moment, when they are held. */
  handOver({ control, events }: HeldEndpoints): SavedEndpoints | undefined {
    if (control === undefined || events === undefined) return undefined;
    return { control: this.#control.handOver(control), events: this.#events.handOver(events) };
  }

  /** Before the arbiter goes on: clients wait again, events are kept. */
  takeOver({ control, events }: SavedEndpoints): void {
    this.#control.takeOver(control);
    this.#events.takeOver(events);
  }

  /** Opens both. What cannot be opened is tried again: supervision goes on meanwhile. */
  async openAgain({ control, events }: SavedEndpoints): Promise<void> {
    await Promise.all([
      this.#insist(control.binding.endpoint, () => this.#control.openAgain(control.binding)),
      this.#insist(events.binding.endpoint, () => this.#events.openAgain(events)),
    ]);
  }

  async #insist(endpoint: string, open: () => Promise<void>): Promise<void> {
    while (true) {
      try {
        await open();
        return;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        this.#log.error(`${endpoint} cannot be opened again: ${text}; trying on`);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }
}
