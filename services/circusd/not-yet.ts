/** What a configuration asks for that this release reads and checks but does not do: said at start. */
import type { CircusConfig } from '#libs/config';

/** One line for each; none is a reason not to start. */
export function listNotYetDone({ circus }: CircusConfig): string[] {
  const asked: [isAsked: boolean, what: string][] = [
    [Boolean(circus.multicast_endpoint), '[circus] multicast_endpoint: answers to discovery'],
  ];
  return asked
    .filter(([isAsked]) => isAsked)
    .map(([, what]) => `${what} are accepted and not run by this release`);
}
