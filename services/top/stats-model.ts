/** What the stats channel has told, as far as it still holds (protocol 4). */
import type { ReceivedEvent } from '#libs/client';
import { circusPrograms, type JsonObject, parseStatTopic, socketsGroup } from '#libs/protocol';

/** A process or a socket, by its number. */
export interface Member {
  readonly number: number;
  readonly payload: JsonObject;
  /** Milliseconds of the clock that `take` was given. */
  readonly seenAt: number;
}

/** A watcher, circus itself or the sockets. */
export interface Group {
  /** As in topics: in lower case, blanks as underscores. */
  readonly name: string;
  readonly isSockets: boolean;
  /** The message of the group as a whole; empty before the first. */
  readonly summary: JsonObject;
  readonly members: readonly Member[];
  /** Its processor time in the latest periods, percent, oldest first. */
  readonly cpuHistory: readonly number[];
  readonly seenAt: number;
}

interface GroupRecord {
  summary: JsonObject;
  readonly members: Map<number, Member>;
  readonly cpuHistory: number[];
  seenAt: number;
}

/** What a sparkline can show at most. */
const keptValues = 120;

/** Takes messages as they come. */
export class StatsModel {
  readonly #groups = new Map<string, GroupRecord>();
  readonly #timeoutMs: number;
  /** When the latest message came; `undefined` before the first. */
  lastDataAt: number | undefined;

  /** @param timeoutMs - how long something is shown that is not told of any more */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  take({ topic, payload }: ReceivedEvent, now: number): void {
    const subject = parseStatTopic(topic, payload);
    // An old circusd-stats tells of them twice.
    if (subject === undefined || circusPrograms.includes(subject.group)) return;
    this.lastDataAt = now;
    const record = this.#record(subject.group);
    record.seenAt = now;
    const { number } = subject;
    if (number === undefined) takeSummary(record, payload);
    else record.members.set(number, { number, payload, seenAt: now });
  }

  /**
   * Sorted by name. What has not been told of for long is left out; but when nothing comes at all, it
   * is all that is known, and stays.
   */
  groups(): Group[] {
    const oldest = (this.lastDataAt ?? 0) - this.#timeoutMs;
    for (const [name, { seenAt, members }] of this.#groups) {
      if (seenAt < oldest) this.#groups.delete(name);
      for (const [number, member] of members) if (member.seenAt < oldest) members.delete(number);
    }
    return [...this.#groups.keys()].sort().flatMap((name): Group[] => {
      const record = this.#groups.get(name);
      if (record === undefined) return [];
      const { summary, members, cpuHistory, seenAt } = record;
      const isSockets = name === socketsGroup && !('pid' in summary);
      return [{ name, isSockets, summary, members: [...members.values()], cpuHistory, seenAt }];
    });
  }

  #record(name: string): GroupRecord {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const record = { summary: {}, members: new Map<number, Member>(), cpuHistory: [], seenAt: 0 };
    this.#groups.set(name, record);
    return record;
  }
}

/** Its list of pids is complete: whoever is not in it has ended. */
function takeSummary(record: GroupRecord, payload: JsonObject): void {
  record.summary = payload;
  const { pid: pids, cpu } = payload;
  record.cpuHistory.push(typeof cpu === 'number' ? cpu : 0);
  if (record.cpuHistory.length > keptValues) record.cpuHistory.shift();
  if (!Array.isArray(pids)) return;
  const present = new Set(pids);
  for (const number of record.members.keys()) {
    if (!present.has(number)) record.members.delete(number);
  }
}
