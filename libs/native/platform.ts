/** What Linux calls things, and on which machines this program knows them. */

/** Calls that libc lacks, or that it makes for all threads where one alone is meant. */
interface SyscallNumbers {
  readonly setgroups: number;
  readonly faccessat2: number;
  readonly closeRange: number;
}

/** By `process.arch`. Both libcs use the kernel's numbers. */
const syscallTable: Readonly<Record<string, SyscallNumbers>> = {
  x64: { setgroups: 116, faccessat2: 439, closeRange: 436 },
  arm64: { setgroups: 159, faccessat2: 439, closeRange: 436 },
};

/**
 * Bytes set aside for the opaque types of libc. The largest of glibc and musl, x64 and arm64, is
 * 336 (`posix_spawnattr_t`), 80 (`posix_spawn_file_actions_t`) and 128 (`sigset_t`, `siginfo_t`).
 */
export const opaqueBytes = {
  spawnAttributes: 512,
  spawnFileActions: 256,
  signalSet: 128,
  signalInfo: 128,
} as const;

/** Values that x64 and arm64, glibc and musl share. */
export const constants = {
  F_GETFD: 1,
  F_SETPIPE_SZ: 1031,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  FD_CLOEXEC: 1,
  F_DUPFD_CLOEXEC: 1030,
  CLOSE_RANGE_CLOEXEC: 4,
  MFD_CLOEXEC: 1,
  FIONREAD: 0x541b,
  SHUT_RDWR: 2,
  O_CLOEXEC: 0o2000000,
  O_NONBLOCK: 0o4000,
  POSIX_SPAWN_SETSIGDEF: 0x04,
  POSIX_SPAWN_SETSIGMASK: 0x08,
  POSIX_SPAWN_SETSID: 0x80,
  P_ALL: 0,
  P_PID: 1,
  WNOHANG: 0x1,
  WEXITED: 0x4,
  WNOWAIT: 0x1000000,
  CLD_EXITED: 1,
  CLD_DUMPED: 3,
  PRIO_PROCESS: 0,
  RLIMIT_NOFILE: 7,
  RLIMIT_LOCKS: 10,
  PR_GET_DUMPABLE: 3,
  PR_SET_DUMPABLE: 4,
  PR_SET_CHILD_SUBREAPER: 36,
  AT_FDCWD: -100,
  AT_EACCESS: 0x200,
  X_OK: 1,
  SOCK_CLOEXEC: 0o2000000,
  SOCK_NONBLOCK: 0o4000,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_TYPE: 3,
  SO_ERROR: 4,
  SO_REUSEPORT: 15,
  SO_PASSCRED: 16,
  SCM_CREDENTIALS: 2,
  MSG_TRUNC: 0x20,
  SO_BINDTODEVICE: 25,
  SO_ACCEPTCONN: 30,
  SO_PROTOCOL: 38,
  SO_DOMAIN: 39,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  AI_PASSIVE: 1,
  POLLIN: 0x01,
  POLLOUT: 0x04,
  POLLNVAL: 0x20,
} as const;

/**
 * Refuses machines whose numbers are not in the tables above. To be called first by every program
 * that uses this library; the message is one line for the user.
 *
 * @throws Error not Linux, or neither x64 nor arm64
 */
export function requireSupportedPlatform(
  platform: string = process.platform,
  arch: string = process.arch,
): void {
  if (platform !== 'linux') {
    throw new Error(`circusd runs on Linux only, and this is ${platform}`);
  }
  if (!(arch in syscallTable)) {
    const known = Object.keys(syscallTable).join(' and ');
    throw new Error(`circusd runs on ${known} only, and this machine is ${arch}`);
  }
}

/** The system call numbers of this machine. Throws as `requireSupportedPlatform` does. */
export function syscallNumbers(): SyscallNumbers {
  requireSupportedPlatform();
  return syscallTable[process.arch] as SyscallNumbers;
}
