import { setTimeout as delay } from 'node:timers/promises';
import type { CircusClient } from '#libs/client';
import type { JsonObject } from '#libs/protocol';

/** Longer than any work of circusd that ends at all. */
export const longestWaitMs = 60 * 60 * 1000;
const probeEveryMs = 2000;
/** Every daemon knows it, and it costs nothing. */
const probe = 'numwatchers';

/**
 * A call for work that may take long: it waits up to an hour for as long as the daemon still answers
 * something else. A daemon that is not there, or that goes away, is noticed within the client's own
 * time-out.
 *
 * @throws TimeoutError, ReplyError, EndpointError as `CircusClient.call`
 */
export async function callPatiently(
  client: CircusClient,
  command: string,
  properties: JsonObject,
): Promise<JsonObject> {
  await client.call(probe);
  const watch = new AbortController();
  try {
    return await Promise.race([
      client.call(command, properties, { timeoutMs: longestWaitMs }),
      keepProbing(client, watch.signal),
    ]);
  } finally {
    watch.abort();
  }
}

/** Rejects when a probe is not answered; never resolves. */
async function keepProbing(client: CircusClient, signal: AbortSignal): Promise<never> {
  while (true) {
    await delay(probeEveryMs, undefined, { signal });
    await client.call(probe);
  }
}
