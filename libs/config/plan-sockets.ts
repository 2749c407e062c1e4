/** What `reloadconfig` does to managed sockets (protocol 7.9). */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '#libs/protocol';
import type { SocketConfig } from './read-socket.ts';
import { servedSockets } from './socket-names.ts';
import { type SocketOptions, socketTable } from './socket-options.ts';
import type { WatcherConfig } from './watcher-config.ts';

/** A socket of both readings that differs. */
export interface SocketChange {
  readonly name: string;
  readonly options: readonly {
    readonly name: string;
    readonly before: Json;
    readonly after: Json;
  }[];
  /** It is another socket of the kernel now; otherwise the one that is held is changed. */
  readonly isRebound: boolean;
}

/** All that is to be done with sockets; by name. */
export interface SocketPlan {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly SocketChange[];
}

/** These can be changed while the socket is open. */
const adjustable: ReadonlySet<string> = new Set([
  'backlog',
  'blocking',
  'interface',
  'umask',
  'replace',
]);

/** Compares the sockets that are held with those of the files. */
export function planSockets(
  held: readonly SocketConfig[],
  next: readonly SocketConfig[],
): SocketPlan {
  const before = new Map(held.map(({ name, options }) => [name, options]));
  const after = new Set(next.map(({ name }) => name));
  const changes = next.flatMap(({ name, options }) => {
    const old = before.get(name);
    return old === undefined ? [] : [compareSockets(name, old, options)];
  });
  return {
    added: [...after].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: changes.filter(({ options }) => options.length > 0),
  };
}

function compareSockets(name: string, before: SocketOptions, after: SocketOptions): SocketChange {
  const options = socketTable
    .map((row) => ({ name: row.name, before: before[row.name], after: after[row.name] }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
  return { name, options, isRebound: options.some((option) => !adjustable.has(option.name)) };
}

/**
 * What makes two sections one socket of the kernel: with the same one, a socket that is held can be
 * taken over, whatever its name.
 */
export function socketIdentity(options: SocketOptions): string {
  const { family, type, proto, path, host, port, so_reuseport } = options;
  const place = family === 'AF_UNIX' ? [path] : [host.toLowerCase(), port, so_reuseport];
  return JSON.stringify([family, type, proto, ...place]);
}

/**
 * Whether the processes of a watcher must be replaced: they serve a socket that changes, or hold one
 * that goes and would keep its address from becoming free.
 *
 * @param all - the names of all sockets, before and after
 */
export function isTouched(
  watcher: WatcherConfig,
  { added, removed, changed }: SocketPlan,
  all: readonly string[],
): boolean {
  const { use_sockets: inherits, listen_fds: countsThem } = watcher.options;
  const served = new Set(servedSockets(watcher, all));
  return (
    changed.some(({ name, isRebound }) => served.has(name) || (isRebound && inherits)) ||
    removed.some((name) => served.has(name) || inherits) ||
    (countsThem && added.some((name) => served.has(name)))
  );
}
