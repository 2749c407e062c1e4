/** What happened to watchers, as a circusd tells it that keeps its events; the original keeps none. */
import { type CircusClient, ReplyError } from '#libs/client';
import { isJsonObject, type JsonObject } from '#libs/protocol';

/** One event that was kept. */
export interface RecentEvent {
  readonly watcher: string;
  readonly event: string;
  readonly payload: JsonObject;
}

/** Events after `since`, and the number of the newest. */
export interface RecentEvents {
  readonly events: readonly RecentEvent[];
  readonly newest: number;
  /** The daemon's clock, in seconds. */
  readonly now: number;
}

/** Nothing at all from a daemon that keeps no events. */
export async function readEvents(client: CircusClient, since: number): Promise<RecentEvents> {
  try {
    const { events, newest, time } = await client.call('events', { since });
    const kept = Array.isArray(events) ? events.filter(isJsonObject).map(toEvent) : [];
    return { events: kept, newest: Number(newest ?? since), now: Number(time) };
  } catch (error) {
    if (error instanceof ReplyError) return { events: [], newest: since, now: 0 };
    throw error;
  }
}

function toEvent(payload: JsonObject): RecentEvent {
  const [, watcher = '', event = ''] =
    /^watcher\.(.+)\.([^.]+)$/.exec(String(payload['topic'])) ?? [];
  return { watcher, event, payload };
}

/** The name of a watcher in topics: lower case, spaces as `_`. */
export function topicOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '_');
}
