/** What one process is given of the managed sockets. */
import { findSocketNames, ownSockets, type WatcherConfig } from '#libs/config';
import { type DescriptorMapping, SpawnError } from '#libs/native';
import type { HeldSocket } from './held-socket.ts';

/** Descriptors of a process, and what tells it of them. */
export interface WorkerSockets {
  /** By name, for variables. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Those of 3 and above. */
  readonly descriptors: readonly DescriptorMapping[];
  /** What is to be its standard input. */
  readonly stdin?: number;
  /** LISTEN_FDS and LISTEN_FDNAMES; then it wants LISTEN_PID too. */
  readonly listenEnv?: Readonly<Record<string, string>>;
}

/** A socket as one process gets it. */
interface Given {
  readonly name: string;
  readonly number: number;
  /** `undefined`: this number is /dev/null. */
  readonly fd: number | undefined;
}

/**
 * Chooses among the sockets that are held.
 *
 * @param ownSocket - the descriptor of the process's own socket, with so_reuseport
 * @throws SpawnError the watcher names a socket that is not there
 */
export function chooseSockets(
  watcher: WatcherConfig,
  held: readonly HeldSocket[],
  ownSocket: (socket: HeldSocket) => number,
): WorkerSockets {
  const names = held.map(({ config }) => config.name);
  for (const { name } of findSocketNames(watcher)) {
    if (!names.includes(name)) throw new SpawnError('ENOENT', `there is no socket '${name}'`);
  }
  const own = new Set(ownSockets(watcher, names));
  const given = held.map((socket): Given => {
    const { config, number } = socket;
    const { name } = config;
    if (!config.options.so_reuseport) return { name, number, fd: socket.socket?.fd };
    return { name, number, fd: own.has(name) ? ownSocket(socket) : undefined };
  });
  const { use_sockets, stdin_socket, listen_fds } = watcher.options;
  const stdin = given.find(({ name }) => name === stdin_socket?.toLowerCase())?.fd;
  const sockets = {
    numbers: Object.fromEntries(given.map(({ name, number }) => [name, number])),
    descriptors: use_sockets ? fillGaps(given) : [],
    ...(stdin === undefined ? {} : { stdin }),
  };
  return use_sockets && listen_fds ? asSystemdDoes(given, sockets) : sockets;
}

/** So that nobody takes a number for a socket that happens to be something else. */
function fillGaps(given: readonly Given[]): DescriptorMapping[] {
  const fds = new Map(given.map(({ number, fd }) => [number, fd]));
  const last = Math.max(2, ...fds.keys());
  return Array.from({ length: last - 2 }, (_, index) => {
    const target = index + 3;
    return { source: fds.get(target) ?? 'null', target };
  });
}

/**
 * The protocol counts from 3 without gaps. A socket whose number is too high for that is put into a
 * gap too; its own number holds as well.
 */
function asSystemdDoes(given: readonly Given[], sockets: WorkerSockets): WorkerSockets {
  const there = given.filter(({ fd }) => fd !== undefined);
  const end = 3 + there.length;
  const inPlace = new Map(
    there.filter(({ number }) => number < end).map((one) => [one.number, one]),
  );
  const beyond = there.filter(({ number }) => number >= end);
  const names: string[] = [];
  const descriptors = [...sockets.descriptors];
  for (let number = 3; number < end; number += 1) {
    const one = inPlace.get(number) ?? beyond.shift();
    if (one?.fd === undefined) continue;
    names.push(one.name.replaceAll(':', '_'));
    descriptors[number - 3] = { source: one.fd, target: number };
  }
  const listenEnv = { LISTEN_FDS: String(there.length), LISTEN_FDNAMES: names.join(':') };
  return { ...sockets, descriptors, listenEnv };
}
