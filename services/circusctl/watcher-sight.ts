/** What can be seen of watchers from outside, by commands that every circusd has had. */
import { type CircusClient, ReplyError } from '#libs/client';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';

/** One watcher at one moment. */
export interface WatcherSight {
  readonly name: string;
  /** As `status` tells it: active, starting, stopping, stopped. */
  readonly status: string;
  /** Live processes. */
  readonly pids: readonly number[];
  /** The wanted number of processes; `undefined` when the daemon does not tell it. */
  readonly wanted: number | undefined;
  /** Why it is not as wanted; a daemon of 0.19 does not tell it. */
  readonly trouble: string | undefined;
  /** How many are ready, `1/3`, of a watcher that asks its processes. */
  readonly ready: string | undefined;
  /** How far its reload is, `2/4 new, 3 old`; `undefined` while there is none. */
  readonly reload: string | undefined;
}

/** States by name, and what is wrong with those that are not as wanted. */
interface States {
  readonly statuses: ReadonlyMap<string, string>;
  readonly troubles: JsonObject;
  readonly ready: JsonObject;
  readonly reloads: JsonObject;
}

/**
 * Looks at the watchers whose lower-cased name is wanted, sorted by name; 0.19 tells names in the case
 * that they were configured in.
 *
 * @throws TimeoutError, EndpointError, ClosedError
 */
export async function lookAtWatchers(
  client: CircusClient,
  isWanted: (name: string) => boolean = () => true,
): Promise<WatcherSight[]> {
  const { statuses, troubles, ready, reloads } = await readStates(client);
  const names = [...statuses.keys()].filter((name) => isWanted(name.toLowerCase())).sort();
  return await Promise.all(
    names.map(async (name) => {
      const [pids, wanted] = await Promise.all([
        ask(client, 'list', { name }),
        ask(client, 'get', { name, keys: ['numprocesses'] }),
      ]);
      return {
        name,
        status: statuses.get(name) ?? '',
        pids: readPids(pids),
        wanted: readCount(wanted),
        trouble: readText(troubles[name]),
        ready: readText(ready[name]),
        reload: readText(reloads[name]),
      };
    }),
  );
}

/** Active with all its processes and none to be replaced, or stopped with none. */
export function isSettled({ status, pids, wanted, reload }: WatcherSight): boolean {
  if (reload !== undefined) return false;
  if (status === 'stopped') return pids.length === 0;
  return status === 'active' && (wanted === undefined || pids.length === wanted);
}

/** `web is stopping, 2 of 3 processes`; the trouble, if any, behind it. */
export function describeSight(sight: WatcherSight): string {
  const { name, status, trouble } = sight;
  const { ready, reload } = sight;
  const progress = reload === undefined ? ready && `${ready} ready` : `reload: ${reload}`;
  const counts = [countProcesses(sight), progress].filter(Boolean).join(', ');
  const text = `${name} is ${status}, ${counts}`;
  return trouble === undefined ? text : `${text}: ${trouble}`;
}

function countProcesses({ pids, wanted }: WatcherSight): string {
  const of = wanted === undefined ? '' : ` of ${wanted}`;
  return `${pids.length}${of} ${(wanted ?? pids.length) === 1 ? 'process' : 'processes'}`;
}

async function readStates(client: CircusClient): Promise<States> {
  const { statuses, troubles, ready, reloads } = await client.call('status');
  const entries = isJsonObject(statuses) ? Object.entries(statuses) : [];
  return {
    statuses: new Map(entries.map(([name, status]) => [name, String(status)])),
    troubles: readObject(troubles),
    ready: readObject(ready),
    reloads: readObject(reloads),
  };
}

function readObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function readText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A reply; nothing for a watcher that has gone meanwhile, or a command that the daemon lacks. */
async function ask(client: CircusClient, command: string, properties: JsonObject) {
  try {
    return await client.call(command, properties);
  } catch (error) {
    if (error instanceof ReplyError) return {};
    throw error;
  }
}

function readPids({ pids }: JsonObject): number[] {
  return Array.isArray(pids) ? pids.map(Number) : [];
}

function readCount({ options }: JsonObject): number | undefined {
  const count = isJsonObject(options) ? options['numprocesses'] : undefined;
  return typeof count === 'number' ? count : undefined;
}
