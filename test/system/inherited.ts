/** What processes of inherited.py have seen of their descriptors. */
import { join } from 'node:path';
import { fixture, python, type Report, readReport, type SocketsDaemon } from './sockets-daemon.ts';

/** A socket, as the process that has inherited it sees it. */
export interface SeenSocket {
  /** Such as `socket:[4711]`: tells the same socket from another one. */
  readonly link: string;
  readonly family: string;
  readonly type: string;
  readonly proto: number;
  /** A path, or host and port first. */
  readonly address: string | readonly (string | number)[];
  readonly listens: boolean;
  readonly shared: boolean;
  /** Empty: all. */
  readonly interface: string;
  readonly blocking: boolean;
  /** Of AF_INET6. */
  readonly v6only?: boolean;
}

/** What one process has written. */
export interface Inheritance extends Report {
  /** By name, those of the command line. */
  readonly sockets: Readonly<Record<string, SeenSocket>>;
}

/** The command line of a process of this watcher that looks at the named sockets. */
export function inherit(folder: string, watcher: string, sockets: readonly string[] = []): string {
  const given = sockets.map((name) => `${name}=$(circus.sockets.${name})`);
  return [python, fixture('inherited.py'), folder, watcher, ...given].join(' ');
}

/** The reports of the processes that a watcher has now, oldest first. */
export async function readInheritances(
  daemon: SocketsDaemon,
  watcher: string,
  count = 1,
): Promise<Inheritance[]> {
  const pids = await daemon.running(watcher, count);
  const paths = pids.map((pid) => join(daemon.folder, `${watcher}.${pid}.json`));
  return await Promise.all(paths.map((path) => readReport(path) as Promise<Inheritance>));
}
