/** Both endpoints of circusd, which come and go together. */
import {
  BindError,
  type ControlEndpoint,
  type EventPublisher,
  type LogPublisher,
  type SavedBinding,
  type SavedControl,
  type SavedPublisher,
} from '#libs/endpoints';
import type { Logger } from '#libs/logging';
import type { User } from '#libs/native';
import { StartupError } from './startup-error.ts';

/** Both, closed, with their addresses held. */
export interface HeldEndpoints {
  readonly control: SavedBinding | undefined;
  readonly events: SavedBinding | undefined;
  /** Whether the log channel was open. */
  readonly logs: boolean;
}

/** Both as this program or the next one opens them again. */
export interface SavedEndpoints {
  readonly control: SavedControl;
  readonly events: SavedPublisher;
  readonly logs: boolean;
}

/** How long an address that cannot be bound again is tried for the next time. Milliseconds. */
const retryMs = 1_000;

/** What they are made of. */
interface EndpointParts {
  readonly control: ControlEndpoint;
  readonly events: EventPublisher;
  readonly logs: LogPublisher;
}

/** The control endpoint, the event channel and, once somebody wants it, the log channel. */
export class Endpoints {
  readonly #log: Logger;
  readonly #events: EventPublisher;
  readonly #control: ControlEndpoint;
  readonly #logs: LogPublisher;

  constructor({ control, events, logs }: EndpointParts, log: Logger) {
    this.#control = control;
    this.#events = events;
    this.#logs = logs;
    this.#log = log;
  }

  /** @throws StartupError */
  async openEvents(endpoint: string): Promise<void> {
    await asStartup(() => this.#events.open(endpoint));
  }

  /** @throws StartupError */
  async openControl(endpoint: string, owner?: User): Promise<void> {
    await asStartup(() => this.#control.open(endpoint, owner));
  }

  async close(): Promise<void> {
    await Promise.all([this.#control.close(), this.#events.close(), this.#logs.close()]);
  }

  /** Answers what can be answered and closes; then `handOver`, or `openAgain`. */
  async hold(): Promise<HeldEndpoints> {
    const [control, events, logs] = await Promise.all([
      this.#control.hold(),
      this.#events.hold(),
      this.#logs.hold(),
    ]);
    return { control, events, logs };
  }

  /** What is to be known at this moment, when they are held. */
  handOver({ control, events, logs }: HeldEndpoints): SavedEndpoints | undefined {
    if (control === undefined || events === undefined) return undefined;
    return {
      control: this.#control.handOver(control),
      events: this.#events.handOver(events),
      logs,
    };
  }

  /** Before the arbiter goes on: clients wait again, events are kept. */
  takeOver({ control, events }: SavedEndpoints): void {
    this.#control.takeOver(control);
    this.#events.takeOver(events);
  }

  /** Opens both. What cannot be opened is tried again: supervision goes on meanwhile. */
  async openAgain({ control, events, logs }: SavedEndpoints): Promise<void> {
    if (logs) await this.#logs.open().catch((error: Error) => this.#log.error(error.message));
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

/** An address that cannot be had is the configuration's fault. */
async function asStartup(open: () => Promise<void>): Promise<void> {
  try {
    await open();
  } catch (error) {
    throw error instanceof BindError ? new StartupError(`[circus] ${error.message}`) : error;
  }
}
