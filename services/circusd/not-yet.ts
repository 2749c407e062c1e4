/** What a configuration asks for that this release reads and checks but does not do: said at start. */
import type { CircusConfig } from '#libs/config';

/** One line for each; none is a reason not to start. */
export function listNotYetDone({ circus, watchers }: CircusConfig): string[] {
  const asked: [isAsked: boolean, what: string][] = [
    [circus.httpd, '[circus] httpd: web consoles'],
    [Boolean(circus.multicast_endpoint), '[circus] multicast_endpoint: answers to discovery'],
    ...watchers.flatMap(({ name, hooks }): [boolean, string][] => [
      [Object.keys(hooks).length > 0, `[watcher:${name}] hooks: hooks`],
    ]),
  ];
  return asked
    .filter(([isAsked]) => isAsked)
    .map(([, what]) => `${what} are accepted and not run by this release`);
}
