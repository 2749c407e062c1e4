/** What circusd-stats asks circusd: documented commands, read into what the roster keeps. */
import { type CircusClient, ReplyError } from '#libs/client';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import type { WatcherAnswer } from './roster.ts';

/** Events that circusd has kept. */
export interface KeptEvents {
  readonly events: readonly { readonly topic: string; readonly payload: JsonObject }[];
  /** The number of the latest event. */
  readonly newest: number;
}

/** Every watcher with its processes. One that goes while it is asked about is left out. */
export async function askWatchers(client: CircusClient): Promise<WatcherAnswer[]> {
  const [{ watchers = [] }, states] = await Promise.all([client.call('list'), askStates(client)]);
  const names = Array.isArray(watchers) ? watchers.map(String) : [];
  const answers = names.map(async (name): Promise<WatcherAnswer[]> => {
    try {
      const [{ pids = [] }, wanted] = await Promise.all([
        client.call('list', { name }),
        askWanted(client, name),
      ]);
      const numbers = Array.isArray(pids) ? pids.map(Number) : [];
      return [{ name, pids: numbers, state: states.get(name.toLowerCase()), wanted }];
    } catch (error) {
      if (error instanceof ReplyError) return [];
      throw error;
    }
  });
  return (await Promise.all(answers)).flat();
}

/** The state of every watcher, by name in lower case. */
export async function askStates(client: CircusClient): Promise<ReadonlyMap<string, string>> {
  const { statuses = {} } = await client.call('status');
  const entries = isJsonObject(statuses) ? Object.entries(statuses) : [];
  return new Map(entries.map(([name, state]) => [name.toLowerCase(), String(state)]));
}

/** How many processes a watcher is to have. */
export async function askWanted(client: CircusClient, name: string): Promise<number | undefined> {
  const { options } = await client.call('get', { name, keys: ['numprocesses'] });
  const wanted = isJsonObject(options ?? null)
    ? (options as JsonObject)['numprocesses']
    : undefined;
  return typeof wanted === 'number' ? wanted : undefined;
}

/** The pid of circusd. */
export async function askDaemonPid(client: CircusClient): Promise<number | undefined> {
  const { info = null } = await client.call('dstats');
  const pid = isJsonObject(info) ? info['pid'] : undefined;
  return typeof pid === 'number' ? pid : undefined;
}

/** The managed sockets. */
export async function askSockets(client: CircusClient): Promise<JsonObject[]> {
  const { sockets } = await client.call('listsockets');
  return Array.isArray(sockets) ? sockets.filter(isJsonObject) : [];
}

/** Events after `since`; `undefined` from a circusd that keeps none. */
export async function askEvents(
  client: CircusClient,
  since: number,
): Promise<KeptEvents | undefined> {
  try {
    const { events, newest } = await client.call('events', { since });
    const kept = Array.isArray(events) ? events.filter(isJsonObject) : [];
    return { events: kept.map(readEvent), newest: Number(newest) };
  } catch (error) {
    if (error instanceof ReplyError) return undefined;
    throw error;
  }
}

function readEvent({
  topic = null,
  ...payload
}: Record<string, Json>): KeptEvents['events'][number] {
  return { topic: String(topic), payload };
}
