/** What can be seen of watchers from outside, by commands that every circusd has had. */
import { type CircusClient, ReplyError } from '#libs/client';
import { isJsonObject, type JsonObject } from '#libs/protocol';

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
}

/** States by name, and what is wrong with those that are not as wanted. */
interface States {
  readonly statuses: ReadonlyMap<string, string>;
  readonly troubles: JsonObject;
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
  const { statuses, troubles } = await readStates(client);
  const names = [...statuses.keys()].filter((name) => isWanted(name.toLowerCase())).sort();
  return await Promise.all(
    names.map(async (name) => {
      const [pids, wanted] = await Promise.all([
        ask(client, 'list', { name }),
        ask(client, 'get', { name, keys: ['numprocesses'] }),
      ]);
      const trouble = troubles[name];
      return {
        name,
        status: statuses.get(name) ?? '',
        pids: readPids(pids),
        wanted: readCount(wanted),
        trouble: typeof trouble === 'string' ? trouble : undefined,
      };
    }),
  );
}

/** Active with all its processes, or stopped with none. */
export function isSettled({ status, pids, wanted }: WatcherSight): boolean {
  if (status === 'stopped') return pids.length === 0;
  return status === 'active' && (wanted === undefined || pids.length === wanted);
}

/** `web is stopping, 2 of 3 processes`; the trouble, if any, behind it. */
export function describeSight(sight: WatcherSight): string {
  const { name, status, trouble } = sight;
  const text = `${name} is ${status}, ${countProcesses(sight)}`;
  return trouble === undefined ? text : `${text}: ${trouble}`;
}

function countProcesses({ pids, wanted }: WatcherSight): string {
  const of = wanted === undefined ? '' : ` of ${wanted}`;
  return `${pids.length}${of} ${(wanted ?? pids.length) === 1 ? 'process' : 'processes'}`;
}

async function readStates(client: CircusClient): Promise<States> {
  const { statuses, troubles } = await client.call('status');
  const entries = isJsonObject(statuses) ? Object.entries(statuses) : [];
  return {
    statuses: new Map(entries.map(([name, status]) => [name, String(status)])),
    troubles: isJsonObject(troubles) ? troubles : {},
  };
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
