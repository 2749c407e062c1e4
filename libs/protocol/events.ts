/** Topics and payloads of the event channel (protocol 3). */
import type { EventName } from './event-table.ts';

/** What every payload carries; each event adds keys of its own. */
export interface EventPayload {
  /** Epoch seconds with fraction. */
  readonly time: number;
  /** Counts every event of this circusd, without a gap, from 1. */
  readonly seq: number;
  /** Counts the events of this watcher alone, without a gap, from 1. */
  readonly wseq: number;
  readonly [key: string]: string | number | boolean | null;
}

/** One published event, as the `events` command replays it. */
export interface PublishedEvent {
  readonly topic: string;
  readonly payload: EventPayload;
}

/** A watcher's name as it stands in topics: lower-case, spaces as underscores. */
export function topicName(watcherName: string): string {
  return watcherName.toLowerCase().replaceAll(' ', '_');
}

/** `watcher.<name>.<event>`. */
export function eventTopic(watcherName: string, event: EventName | (string & {})): string {
  return `watcher.${topicName(watcherName)}.${event}`;
}

/**
 * Splits a topic. A watcher's name may hold dots, so the event is what follows the last one.
 * `undefined` when it is no topic of this channel.
 */
export function parseTopic(topic: string): { watcher: string; event: string } | undefined {
  const match = /^watcher\.(.+)\.([^.]+)$/.exec(topic);
  const [, watcher, event] = match ?? [];
  return watcher === undefined || event === undefined ? undefined : { watcher, event };
}
