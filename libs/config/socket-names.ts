/** Which managed sockets a watcher names, and whether there are such. */
import { quoteName, suggestName } from '#libs/options';
import { CircusError } from '#libs/protocol';
import { substitute } from './variables.ts';
import type { WatcherConfig } from './watcher-config.ts';

/** A socket as an option of a watcher names it. */
export interface SocketName {
  readonly option: 'cmd' | 'args' | 'shell_args' | 'stdin_socket';
  /** In lower case. */
  readonly name: string;
}

const lineOptions = ['cmd', 'args', 'shell_args'] as const;

/** Every mention of a socket, in `$(circus.sockets.NAME)` and its older forms or as stdin_socket. */
export function findSocketNames({ options }: WatcherConfig): SocketName[] {
  const found: SocketName[] = [];
  for (const option of lineOptions) {
    for (const text of [options[option] ?? []].flat()) {
      substitute(text, (variable) => {
        const [, name] = /^sockets\.(.+)$/i.exec(variable) ?? [];
        if (name !== undefined) found.push({ option, name: name.toLowerCase() });
        return undefined;
      });
    }
  }
  const { stdin_socket: stdin } = options;
  if (stdin !== null) found.push({ option: 'stdin_socket', name: stdin.toLowerCase() });
  return found;
}

/**
 * The sockets that a watcher serves: those that it names, or without any name all that it inherits.
 *
 * @param all - the names of all sockets
 */
export function servedSockets(watcher: WatcherConfig, all: readonly string[]): string[] {
  const named = new Set(findSocketNames(watcher).map(({ name }) => name));
  if (named.size > 0) return all.filter((name) => named.has(name));
  return watcher.options.use_sockets ? [...all] : [];
}

/**
 * Where a process of the watcher gets a socket of its own if they have so_reuseport. It has to be
 * one that serves it: the kernel would give its share of connections to a process that never looks.
 *
 * @param all - the names of all sockets
 */
export function ownSockets(watcher: WatcherConfig, all: readonly string[]): string[] {
  const { listen_fds, on_demand } = watcher.options;
  const isTold = findSocketNames(watcher).length > 0 || listen_fds || on_demand;
  return isTold ? servedSockets(watcher, all) : [];
}

/** What is wrong with the sockets of a watcher; each with the option to change. */
export function findSocketProblems(
  watcher: WatcherConfig,
  all: readonly string[],
): { option: string; message: string }[] {
  const problems: { option: string; message: string }[] = findSocketNames(watcher)
    .filter(({ name }) => !all.includes(name))
    .map(({ option, name }) => ({ option, message: unknownSocket(name, all) }));
  if (
    problems.length === 0 &&
    watcher.options.on_demand &&
    servedSockets(watcher, all).length === 0
  )
    problems.push({ option: 'on_demand', message: nothingToWaitFor(watcher, all) });
  return problems;
}

function unknownSocket(name: string, all: readonly string[]): string {
  const suggestion = suggestName(name, all);
  const remedy =
    suggestion === undefined ? `write [socket:${name}]` : `did you mean ${suggestion}?`;
  return `there is no socket ${quoteName(name)}: ${remedy}`;
}

function nothingToWaitFor({ options }: WatcherConfig, all: readonly string[]): string {
  const need = 'waits for a connection to a managed socket';
  if (all.length === 0) return `${need}, and there is none: write [socket:NAME]`;
  return options.use_sockets ? need : `${need}: write use_sockets = True`;
}

/**
 * Refuses a watcher that names a socket which is not there.
 *
 * @throws CircusError `not_found` with everything that is wrong
 */
export function requireSockets(watcher: WatcherConfig, all: readonly string[]): void {
  const problems = findSocketProblems(watcher, all);
  if (problems.length === 0) return;
  const reasons = problems.map(({ option, message }) => `${quoteName(option)}: ${message}`);
  throw new CircusError('not_found', reasons.join('; '));
}
