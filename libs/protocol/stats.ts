/** Topics of the stats channel (protocol 4): `stat.<group>` and `stat.<group>.<number>`. */
import type { JsonObject } from './json.ts';

/** Groups that are no watchers: circusd with its companions, and the managed sockets. */
export const circusGroup = 'circus';
export const socketsGroup = 'sockets';

/** The watchers that run parts of circus; they are told of in `stat.circus`. */
export const circusPrograms: readonly string[] = ['circusd', 'circusd-stats', 'circushttpd'];

/** `group` as `topicName` spells it; a process by its pid, a socket by its number. */
export function statTopic(group: string, number?: number): string {
  return number === undefined ? `stat.${group}` : `stat.${group}.${number}`;
}

/** What a message of the channel is about. */
export interface StatSubject {
  readonly group: string;
  /** `undefined`: the group as a whole. */
  readonly number?: number;
}

/**
 * Reads a topic. The name of a watcher may end in a dot and digits as a process's topic does, so the
 * payload tells which it is: only that of a process or socket has `subtopic`. `undefined` when it is
 * no topic of this channel.
 */
export function parseStatTopic(topic: string, payload: JsonObject): StatSubject | undefined {
  const [, group] = /^stat\.(.+)$/s.exec(topic) ?? [];
  if (group === undefined || !('subtopic' in payload))
    return group === undefined ? group : { group };
  const [, owner, digits] = /^(.+)\.(\d+)$/s.exec(group) ?? [];
  return owner === undefined ? undefined : { group: owner, number: Number(digits) };
}
