/** Talking to circusd: calls and casts to its control endpoint, and subscriptions to its channels. */
export { CircusClient } from './circus-client.ts';
export { defaultEndpoint, reachableEndpoint } from './endpoints.ts';
export { ClosedError, EndpointError, ReplyError, TimeoutError } from './errors.ts';
export { EventSubscriber, type ReceivedEvent } from './event-subscriber.ts';
