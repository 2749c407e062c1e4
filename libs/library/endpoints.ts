/** The endpoints of an arbiter in another program: those of circusd, when it is to have them. */
import { ControlEndpoint, EventPublisher } from '#libs/endpoints';
import type { Controller, PublishedEvent } from '#libs/protocol';
import type { ArbiterLog } from './log.ts';

/** Where clients send commands and subscribe to events; null: nowhere. */
export interface EndpointAddresses {
  readonly endpoint: string | null;
  readonly pubsub_endpoint: string | null;
}

/** Both, or what there is of them. */
export class Endpoints {
  readonly #control: ControlEndpoint | undefined;
  readonly #publisher: EventPublisher | undefined;

  private constructor(control?: ControlEndpoint, publisher?: EventPublisher) {
    this.#control = control;
    this.#publisher = publisher;
  }

  /** @throws BindError an address is in use or is none; then neither is bound */
  static async open(
    controller: Controller,
    { endpoint, pubsub_endpoint }: EndpointAddresses,
    log: ArbiterLog,
  ): Promise<Endpoints> {
    const endpoints = new Endpoints(
      endpoint === null ? undefined : new ControlEndpoint(controller, log),
      pubsub_endpoint === null ? undefined : new EventPublisher(log),
    );
    try {
      if (pubsub_endpoint !== null) await endpoints.#publisher?.open(pubsub_endpoint);
      if (endpoint !== null) await endpoints.#control?.open(endpoint);
      return endpoints;
    } catch (error) {
      await endpoints.close();
      throw error;
    }
  }

  publish(event: PublishedEvent): void {
    this.#publisher?.publish(event);
  }

  /** Answers what was asked, sends what was published, and serves no more. */
  async close(): Promise<void> {
    await Promise.all([this.#control?.close(), this.#publisher?.close()]);
  }
}
