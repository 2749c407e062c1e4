/**
 * Starting a process with posix_spawn: Node's own way forks its whole address space and takes two to
 * four times as long. Nothing here waits for anything but the kernel.
 */
import { statSync } from 'node:fs';
import { type CStrings, encodeCStrings } from './c-strings.ts';
import type { Credentials } from './credentials.ts';
import { buildChain, noteChain } from './exec-chain.ts';
import { type Executable, findExecutable } from './executable.ts';
import { type DescriptorMapping, withFileActions } from './file-actions.ts';
import { withChildFileLimit } from './file-limit.ts';
import { errnoName, lastErrno, libc } from './libc.ts';
import { constants, opaqueBytes } from './platform.ts';
import { withMark } from './process-mark.ts';
import { type ProcessIdentity, readIdentity } from './process-tree.ts';
import type { LimitRequest } from './rlimits.ts';
import { SpawnError, spawnErrorOf } from './spawn-error.ts';

/** Where a standard descriptor leads: one of ours, /dev/null, or where our own of that number does. */
export type StandardStream = number | 'null' | 'inherit';

/** A process to be started. What is left out is as circusd has it. */
export interface SpawnRequest extends Credentials {
  /** The program sees these; the first is also what is run unless `executable` is given. */
  readonly argv: readonly string[];
  /** Run this, and let it believe that it is called `argv[0]`. */
  readonly executable?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  readonly stdin: StandardStream;
  readonly stdout: StandardStream;
  readonly stderr: StandardStream;
  /** What else it gets; all other descriptors are closed. */
  readonly descriptors?: readonly DescriptorMapping[];
  readonly rlimits?: readonly LimitRequest[];
  /** An environment variable that tells the process its own pid. */
  readonly pidVariable?: string;
  /** The file mode creation mask, 0 to 0o777. */
  readonly umask?: number;
  /** It and all that it starts carry this number: see `readMark`. */
  readonly mark?: number;
  /** The nice value itself, -20 to 19, not an increment. Set just after the start. */
  readonly nice?: number;
  /**
   * Nothing of our own process is changed for the moment of the start, which all its threads would
   * feel: the child has our limits of open files, no mark, and a umask by a shell in front of it.
   */
  readonly isEmbedded?: boolean;
}

const SIGKILL = 9;

let prepared: Buffer | undefined;

/** libc reads them and changes nothing, so one set serves every spawn. */
function spawnAttributes(): Buffer {
  prepared ??= prepareAttributes();
  return prepared;
}

function prepareAttributes(): Buffer {
  const { POSIX_SPAWN_SETSID, POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK } = constants;
  const attributes = Buffer.alloc(opaqueBytes.spawnAttributes);
  const none = Buffer.alloc(opaqueBytes.signalSet);
  // Not sigfillset: it leaves out 32 and 33, which glibc would then have the child ignore.
  const all = Buffer.alloc(opaqueBytes.signalSet, 0xff);
  const failed =
    libc().posix_spawnattr_init(attributes) ||
    libc().posix_spawnattr_setsigdefault(attributes, all) ||
    libc().posix_spawnattr_setsigmask(attributes, none) ||
    libc().posix_spawnattr_setflags(
      attributes,
      POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK,
    );
  if (failed) throw spawnErrorOf(failed, 'posix_spawn attributes');
  return attributes;
}

/**
 * Starts a process as the leader of a new session, with default signal dispositions, no signal
 * blocked, and no descriptors but those asked for. Returns once the program has replaced us in the
 * child, or, with limits or another user, once the first link of the chain has: a failure of a later
 * link shows as `failedBeforeExec` when it dies.
 *
 * @throws SpawnError nothing was started; `isPermanent` tells whether trying again can help
 */
export function spawnProcess(request: SpawnRequest): ProcessIdentity {
  const argv = requireCStrings(request.argv, 'the arguments');
  const envp = requireCStrings(environmentLines(request.env), 'the environment');
  requireNice(request.nice);
  const found = requireExecutable(request);
  const { isEmbedded = false, umask, ...rest } = request;
  requireUmask(umask);
  const chain = buildChain(isEmbedded ? request : rest, found);
  const pid = withFileActions(descriptorMappings(request), request.workingDir, (actions) => {
    const words = chain === undefined ? argv : requireCStrings(chain, 'the arguments');
    const path = Buffer.from(`${chain?.[0] ?? found.path}\0`);
    const call = { path, actions, words, envp };
    const start = (): number => callSpawn(request, found, call);
    if (isEmbedded) return start();
    return withUmask(umask, () => withMark(request.mark, () => withChildFileLimit(start)));
  });
  if (request.nice !== undefined) setNice(pid, request.nice);
  if (chain !== undefined) noteChain(pid);
  // Until it is reaped it has an entry, dead or not. 0 is nobody's start: it would count as gone.
  return readIdentity(pid) ?? { pid, startTime: 0 };
}

interface SpawnCall {
  readonly path: Buffer;
  readonly actions: Buffer;
  readonly words: CStrings;
  readonly envp: CStrings;
}

const pidWord = Buffer.alloc(128);

function callSpawn(request: SpawnRequest, found: Executable, call: SpawnCall): number {
  const { path, actions, words, envp } = call;
  const attributes = spawnAttributes();
  const errno = libc().posix_spawn(
    pidWord,
    path,
    actions,
    attributes,
    words.pointers,
    envp.pointers,
  );
  if (errno !== 0) throw explain(errno, request, found);
  return pidWord.readInt32LE(0);
}

function environmentLines(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => {
    if (name === '' || name.includes('=')) {
      throw new SpawnError('EINVAL', `the environment has a variable called "${name}"`);
    }
    return `${name}=${value}`;
  });
}

function requireCStrings(strings: readonly string[], what: string): CStrings {
  const encoded = encodeCStrings(strings);
  if (encoded !== undefined) return encoded;
  const culprit = strings.find((string) => string.includes('\0'));
  throw new SpawnError('EINVAL', `${what} contain a NUL byte: ${JSON.stringify(culprit)}`);
}

function requireExecutable(request: SpawnRequest): Executable {
  const name = request.executable ?? request.argv[0];
  if (request.argv.length === 0 || name === undefined) {
    throw new SpawnError('EINVAL', 'there is no command to run: the list of arguments is empty');
  }
  for (const path of [name, request.workingDir]) {
    if (path?.includes('\0')) {
      throw new SpawnError('EINVAL', `a path contains a NUL byte: ${JSON.stringify(path)}`);
    }
  }
  const childPath = request.env['PATH'];
  const found = findExecutable(name, childPath, request.workingDir ?? '.');
  if (found !== undefined) return found;
  throw new SpawnError(
    'ENOENT',
    `executable "${name}" was not found: not in the process's PATH (${childPath ?? 'unset'}), nor in circusd's own, /bin or /usr/bin`,
  );
}

function descriptorMappings(request: SpawnRequest): DescriptorMapping[] {
  const standard = [request.stdin, request.stdout, request.stderr].map((stream, target) => ({
    source: stream === 'inherit' ? target : stream,
    target,
  }));
  return [...standard, ...(request.descriptors ?? [])];
}

/** setpriority(2) would take the nearest value that it knows and say nothing. */
function requireNice(nice: number | undefined): void {
  if (nice === undefined || (Number.isInteger(nice) && nice >= -20 && nice <= 19)) return;
  throw new SpawnError('EINVAL', `nice ${nice} is not between -20 and 19`);
}

function requireUmask(umask: number | undefined): void {
  if (umask === undefined || (Number.isInteger(umask) && umask >= 0 && umask <= 0o777)) return;
  throw new SpawnError('EINVAL', `umask ${umask} is not between 0 and 0o777`);
}

function withUmask<T>(umask: number | undefined, start: () => T): T {
  if (umask === undefined) return start();
  const own = process.umask(umask);
  try {
    return start();
  } finally {
    process.umask(own);
  }
}

/** posix_spawn gives one errno for the directory, the file and the file's interpreter. */
function explain(errno: number, { workingDir }: SpawnRequest, found: Executable): SpawnError {
  const code = errnoName(errno);
  if (workingDir !== undefined && fileKind(workingDir) !== 'directory') {
    return spawnErrorOf(errno, `working_dir "${workingDir}"`);
  }
  const kind = fileKind(found.absolutePath);
  const what = `executable "${found.path}"`;
  if (code === 'ENOENT' && kind === 'file') {
    return spawnErrorOf(errno, `${what} exists, but the interpreter that it names does not`);
  }
  return spawnErrorOf(errno, kind === 'directory' ? `${what} is a directory` : what);
}

function fileKind(path: string): 'file' | 'directory' | 'missing' {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'missing';
  }
}

/** Ends the process again when it cannot be given its nice value, so that a failure leaves nothing. */
function setNice(pid: number, nice: number): void {
  if (libc().setpriority(constants.PRIO_PROCESS, pid, nice) === 0) return;
  const errno = lastErrno();
  const { P_PID, WEXITED } = constants;
  libc().kill(pid, SIGKILL);
  libc().waitid(P_PID, pid, Buffer.alloc(opaqueBytes.signalInfo), WEXITED);
  throw spawnErrorOf(errno, `nice ${nice}`);
}
