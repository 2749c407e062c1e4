/** What the user may do who was given the control endpoint (protocol 2.3 "add"). */
import type { CircusOptions, WatcherConfig } from '#libs/config';
import { resolveUser } from '#libs/native';
import { CircusError } from '#libs/protocol';

/**
 * With endpoint_owner and an ipc endpoint, `add` takes only watchers that run as that user.
 *
 * @throws CircusError `invalid_message`
 */
export function requireOwner(circus: CircusOptions, { options }: WatcherConfig): void {
  const { endpoint, endpoint_owner: owner } = circus;
  if (owner === null || !endpoint.startsWith('ipc://')) return;
  if (options.uid !== null && uidOf(options.uid) === uidOf(owner)) return;
  throw new CircusError(
    'invalid_message',
    `uid does not match endpoint_owner: add with the option uid = ${owner}`,
  );
}

/** An account that nobody has is its own number: it matches none. */
function uidOf(name: string | number): string | number {
  try {
    return resolveUser(name).uid;
  } catch {
    return name;
  }
}
