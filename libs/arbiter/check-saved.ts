/** Whether a saved arbiter can be taken over: all is tried that touches neither descriptor nor process. */

import { LogFiles, planStream } from '#libs/streams';
import { resume } from '#libs/supervision';
import type { SavedArbiter } from './arbiter.ts';
import type { Unpack } from './baggage.ts';
import { rulesOf } from './rules-of.ts';

/** @throws Error it is not what this program knows */
export function checkSaved(saved: SavedArbiter, unpack: Unpack): void {
  const { configs, events, sockets, outputs, supervisor } = saved;
  for (const [, config] of configs) rulesOf(config);
  const files = new LogFiles();
  const hosts = { start: noHost, runner: [], env: {} };
  for (const { texts, watcher, name, unwritten } of outputs.streams) {
    planStream(texts, { watcher, stream: name, files, hosts, now: Date.now });
    unpack(unwritten);
  }
  resume(supervisor.core);
  const lists = [events.ring, sockets.managed, sockets.seats, outputs.pipes, supervisor.workers];
  if (!lists.every(Array.isArray)) throw new Error('the state has not the form of its format');
}

function noHost(): never {
  throw new Error('nothing is started while a state is looked at');
}
