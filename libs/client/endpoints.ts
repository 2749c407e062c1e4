/** Addresses of circusd's endpoints (manual 5.3, protocol 1.1 and 3). */

/** Where circusd takes commands when nobody says otherwise. */
export const defaultEndpoint = 'tcp://127.0.0.1:5555';

/**
 * The address to connect to for a published one: a daemon bound to every interface
 * (`tcp://*:5556`, `tcp://0.0.0.0:5556`, `tcp://[::]:5556`) is reached at the host of its control
 * endpoint.
 */
export function reachableEndpoint(published: string, controlEndpoint: string): string {
  const [, port] = /^tcp:\/\/(?:\*|0\.0\.0\.0|\[::\]):(\d+)$/.exec(published) ?? [];
  const [, host] = /^tcp:\/\/(.+):\d+$/.exec(controlEndpoint) ?? [];
  if (port === undefined) return published;
  return `tcp://${host ?? '127.0.0.1'}:${port}`;
}
