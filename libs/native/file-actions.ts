/** Which descriptors a child finds at which numbers, and in which directory it starts. */
import { closeSync, openSync, readdirSync } from 'node:fs';
import { errnoName, errnoNumber, lastErrno, libc } from './libc.ts';
import { constants, opaqueBytes, syscallNumbers } from './platform.ts';
import { SpawnError, spawnErrorOf } from './spawn-error.ts';

/** `null` is /dev/null. */
export interface DescriptorMapping {
  readonly source: number | 'null';
  readonly target: number;
}

let nullFd: number | undefined;

function openNull(): number {
  nullFd ??= openSync('/dev/null', 'r+');
  return nullFd;
}

function copyAbove(fd: number, lowest: number): number {
  const copy = libc().fcntl(fd, constants.F_DUPFD_CLOEXEC, lowest);
  if (copy >= 0) return copy;
  const errno = lastErrno();
  if (errnoName(errno) !== 'EINVAL') throw spawnErrorOf(errno, `descriptor ${fd}`);
  // fcntl(2): no number from `lowest` on is below RLIMIT_NOFILE.
  throw spawnErrorOf(errnoNumber('EMFILE'), `descriptor ${fd} needs a number from ${lowest} on`);
}

const lastFd = 0xffff_ffff;

/**
 * Node's own descriptors are close-on-exec. Those are not that circusd was started with beyond the
 * first few, and who knows which a native package makes; so all are marked before each spawn. It
 * takes the kernel a microsecond or two.
 */
function sealDescriptors(): void {
  const { CLOSE_RANGE_CLOEXEC, F_SETFD, FD_CLOEXEC } = constants;
  const { closeRange } = syscallNumbers();
  if (libc().syscall(closeRange, 3, lastFd, CLOSE_RANGE_CLOEXEC, 0) === 0) return;
  // Linux before 5.11.
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd > 2) libc().fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
}

/**
 * Calls `use` with file actions that put every source at its target and change the directory. A
 * child has the descriptors that are put there and no other.
 *
 * @throws SpawnError EBADF: a source is not open; EMFILE; EINVAL: two sources for one target
 */
export function withFileActions<T>(
  mappings: readonly DescriptorMapping[],
  workingDir: string | undefined,
  use: (actions: Buffer) => T,
): T {
  sealDescriptors();
  const copies: number[] = [];
  const actions = Buffer.alloc(opaqueBytes.spawnFileActions);
  check(libc().posix_spawn_file_actions_init(actions), 'file actions');
  try {
    addMappings(actions, mappings, copies);
    if (workingDir !== undefined) {
      const errno = libc().posix_spawn_file_actions_addchdir_np(actions, workingDir);
      check(errno, `working_dir "${workingDir}"`);
    }
    return use(actions);
  } finally {
    libc().posix_spawn_file_actions_destroy(actions);
    for (const copy of copies) closeSync(copy);
  }
}

function addMappings(
  actions: Buffer,
  mappings: readonly DescriptorMapping[],
  copies: number[],
): void {
  const targets = new Set(mappings.map(({ target }) => target));
  if (targets.size !== mappings.length) {
    const list = mappings.map(({ target }) => target).join(', ');
    throw new SpawnError('EINVAL', `two descriptors are to have the same number: ${list}`);
  }
  // Out of the way of what the child is given.
  const aboveTargets = Math.max(...targets) + 1;
  for (const { source, target } of mappings) {
    let fd = source === 'null' ? openNull() : source;
    // It would be overwritten before its turn, or be the copy that closes at exec.
    if (fd !== target && targets.has(fd)) {
      fd = copyAbove(fd, aboveTargets);
      copies.push(fd);
    }
    // With fd === target libc clears close-on-exec: glibc since 2.29, musl since 1.1.22.
    const errno = libc().posix_spawn_file_actions_adddup2(actions, fd, target);
    check(errno, `descriptor ${fd} as ${target}`);
  }
}

function check(errno: number, what: string): void {
  if (errno !== 0) throw spawnErrorOf(errno, what);
}
