/** What incr and decr share: they differ in the sign. */

import { printValue } from '#libs/options';
import type { Controller, JsonObject, Operation, ReplyBody } from '#libs/protocol';
import { printOk } from './print-reply.ts';
import { requireWatcher } from './select.ts';

/**
 * Changes a watcher's wanted number of processes. A singleton keeps its own and says so.
 *
 * @throws CircusError `not_found`
 */
export function changeCount(
  controller: Controller,
  name: string,
  nb: number,
): ReplyBody | Operation {
  const { key, singleton, numprocesses } = requireWatcher(controller, name);
  if (singleton) return { numprocesses, singleton };
  return controller.changeCount(key, nb);
}

/** The number; `ok` for a daemon of 0.19, which tells it only to those who wait. */
export function printCount({ numprocesses, singleton }: JsonObject): string {
  if (singleton === true) {
    return 'This watcher is a Singleton - not changing the number of processes';
  }
  return numprocesses === undefined ? printOk() : printValue(numprocesses);
}
