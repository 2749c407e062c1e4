/** The one file that loads zeromq. Import it when a socket is needed: loading takes milliseconds. */
import { Dealer, Subscriber } from 'zeromq';
import { EndpointError } from './errors.ts';

export type { Dealer, Subscriber } from 'zeromq';

/** Events that may wait for a slow reader before ZeroMQ drops some. */
const eventsHeld = 100_000;
const heartbeatMs = 10_000;
/** Only read by heartbeats: a peer that is silent so long is gone and is connected anew. */
const heartbeatTimeoutMs = 30_000;

/** A DEALER on its way to a control endpoint; messages wait in it until somebody answers there. */
export function openDealer(endpoint: string, identity: string): Dealer {
  return connected(new Dealer({ linger: 0, routingId: identity }), endpoint);
}

/** A SUB of the topics that begin with one of the given prefixes. */
export function openSubscriber(endpoint: string, topics: readonly string[]): Subscriber {
  const subscriber = new Subscriber({
    linger: 0,
    receiveHighWaterMark: eventsHeld,
    heartbeatInterval: heartbeatMs,
    heartbeatTimeout: heartbeatTimeoutMs,
  });
  subscriber.subscribe(...topics);
  return connected(subscriber, endpoint);
}

function connected<S extends Dealer | Subscriber>(socket: S, endpoint: string): S {
  try {
    socket.connect(endpoint);
    return socket;
  } catch (cause) {
    socket.close();
    throw new EndpointError(endpoint, cause);
  }
}
