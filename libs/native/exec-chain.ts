/**
 * Programs that run in front of the command and become it: prlimit(1) for limits, setpriv(1) for
 * users and groups. Only they can do it in the child; posix_spawn has no attribute for either. One
 * costs about a millisecond and is used only when it is asked for.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  askAs,
  type CredentialChange,
  type Credentials,
  credentialOptions,
  requiredChange,
} from './credentials.ts';
import { type Executable, findExecutable } from './executable.ts';
import { errnoName, errnoNumber, lastErrno, libc } from './libc.ts';
import { constants } from './platform.ts';
import { type LimitRequest, limitOptions } from './rlimits.ts';
import { shellLink } from './shell-link.ts';
import { SpawnError, spawnErrorOf } from './spawn-error.ts';

/** What a chain is for. */
export interface ChainRequest extends Credentials {
  readonly argv: readonly string[];
  readonly executable?: string;
  readonly workingDir?: string;
  readonly rlimits?: readonly LimitRequest[];
  readonly env: Readonly<Record<string, string>>;
  /** The environment variable that is to hold the process's own pid. */
  readonly pidVariable?: string;
  /** To be set by the child itself. */
  readonly umask?: number | undefined;
}

type Link = 'prlimit' | 'setpriv';

const links: ReadonlySet<string> = new Set<Link>(['prlimit', 'setpriv']);

/**
 * The argument list that sets limits and user and then runs the command; its first word is the path
 * to run. `undefined` when nothing has to be set. All that can be checked before is: names, limits,
 * the tools, and that the user may enter the directory and run the file.
 *
 * @throws SpawnError whatever would keep the command from running
 */
export function buildChain(request: ChainRequest, found: Executable): string[] | undefined {
  const limits = limitOptions(request.rlimits ?? []);
  const change = requiredChange(request);
  const shell = shellLink(request);
  if (limits.length === 0 && change === undefined && shell.length === 0) return undefined;
  refuseOtherName(request);
  requireRunnable(request, found, change);
  return [
    ...shell,
    ...(limits.length === 0 ? [] : [requireTool('prlimit'), ...limits]),
    ...(change === undefined ? [] : [requireTool('setpriv'), ...credentialOptions(change)]),
    lastWord(request, found),
    ...request.argv.slice(1),
  ];
}

/** The tools call execvp with the first argument, so the program learns that as its own name. */
function lastWord({ argv }: ChainRequest, found: Executable): string {
  const name = argv[0] ?? '';
  return found.isOnChildPath && !name.startsWith('-') ? name : found.absolutePath;
}

function refuseOtherName({ argv, executable }: ChainRequest): void {
  if (executable === undefined || executable === argv[0]) return;
  throw new SpawnError(
    'EINVAL',
    `executable "${executable}" and another first argument ("${argv[0]}") cannot be combined with uid, gid, rlimits or listen_fds: ` +
      'what sets these passes a program its own path. Drop one of them, or set the limits in the unit that starts circusd',
  );
}

function requireRunnable(
  request: ChainRequest,
  found: Executable,
  change: CredentialChange | undefined,
): void {
  const check = (canExecute: (path: string) => string | undefined): void => {
    if (request.workingDir !== undefined) {
      refuse(canExecute(request.workingDir), `working_dir "${request.workingDir}"`, change);
    }
    refuse(canExecute(found.absolutePath), `executable "${found.absolutePath}"`, change);
  };
  if (change === undefined) check(findOwnObstacle);
  else askAs(change, check);
  if (request.workingDir !== undefined && !isDirectory(request.workingDir)) {
    refuse('ENOTDIR', `working_dir "${request.workingDir}"`, undefined);
  }
  if (isDirectory(found.absolutePath)) {
    refuse('EACCES', `executable "${found.absolutePath}" is a directory`, undefined);
  }
}

function findOwnObstacle(path: string): string | undefined {
  if (libc().access(path, constants.X_OK) === 0) return undefined;
  return errnoName(lastErrno());
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function refuse(
  code: string | undefined,
  what: string,
  change: CredentialChange | undefined,
): void {
  if (code === undefined) return;
  const whom = change === undefined ? '' : ` as user ${change.uid}`;
  throw spawnErrorOf(errnoNumber(code), `${what}${whom}`);
}

const tools = new Map<Link, string>();

/** Looked for until it is found, so that installing it helps at once. */
function requireTool(name: Link): string {
  const known = tools.get(name);
  if (known !== undefined) return known;
  const path = findExecutable(name, undefined, '/')?.path;
  const purpose = name === 'prlimit' ? 'rlimits' : 'uid, gid and groups';
  if (path === undefined || basename(realpathSync(path)) === 'busybox') {
    const state = path === undefined ? 'is not installed' : `is busybox's, which lacks the options`;
    throw new SpawnError('ENOENT', `${purpose} need ${name} of util-linux, and ${name} ${state}`);
  }
  tools.set(name, path);
  return path;
}

const chained = new Set<number>();

/** Remembers that a process was started through a chain. */
export function noteChain(pid: number): void {
  chained.add(pid);
}

/** All that were noted and have not died. */
export function chainedPids(): number[] {
  return [...chained];
}

/**
 * Whether a process that has just died never became its command: its name is still a link's, and its
 * status is one of theirs. Forgets the pid. `comm` is read while it is a zombie.
 */
export function takeChainFailure(pid: number, exitCode: number | null, comm: string): boolean {
  if (!chained.delete(pid) || exitCode === null) return false;
  return links.has(comm) && [1, 126, 127].includes(exitCode);
}
