/** Becoming another program: pid, children and chosen descriptors stay, all else begins anew. */
import { encodeCStrings } from './c-strings.ts';
import { libc, SystemError } from './libc.ts';
import { constants, syscallNumbers } from './platform.ts';

/** The program that is to take this one's place. */
export interface ProgramRequest {
  /** The first is the path of what is run. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors that it finds under their numbers, beside 0, 1 and 2. All others are closed. */
  readonly keep: readonly number[];
}

/**
 * execve(2). Returns only by throwing; then everything is as it was before.
 *
 * @throws SystemError the kernel refused
 */
export function replaceProgram({ argv, env, keep }: ProgramRequest): never {
  const path = argv[0] ?? '';
  const words = encodeCStrings(argv);
  const variables = encodeCStrings(Object.entries(env).map(([name, value]) => `${name}=${value}`));
  if (words === undefined || variables === undefined) {
    throw new Error('a NUL byte is in the arguments or in the environment');
  }
  // A connection that a native package has accepted and not marked would stay open, with nobody there.
  const { closeRange } = syscallNumbers();
  libc().syscall(closeRange, 3, 0xffff_ffff, constants.CLOSE_RANGE_CLOEXEC, 0);
  // Node's own 0, 1 and 2 are close-on-exec too.
  const opened = [0, 1, 2, ...keep].filter((fd) => isCloseOnExec(fd));
  for (const fd of opened) setCloseOnExec(fd, false);
  libc().execve(path, words.pointers, variables.pointers);
  const refusal = new SystemError(`cannot run ${path}`);
  for (const fd of opened) setCloseOnExec(fd, true);
  throw refusal;
}

/** Whether a descriptor is closed when this program becomes another one. False: it is not open. */
function isCloseOnExec(fd: number): boolean {
  const flags = libc().fcntl(fd, constants.F_GETFD, 0);
  return flags >= 0 && (flags & constants.FD_CLOEXEC) !== 0;
}

/** Decides whether children get a descriptor that nobody gives them. One that is not open is no matter. */
export function setCloseOnExec(fd: number, isClosed: boolean): void {
  libc().fcntl(fd, constants.F_SETFD, isClosed ? constants.FD_CLOEXEC : 0);
}
