/**
 * The C library, in one place. Buffers are handed over as they are (`void *`): koffi copies nothing
 * and a call costs 0.2 to 1 µs. A call that fails gives -1 and leaves its reason in `lastErrno()`,
 * except the posix_spawn family, which returns the error itself.
 */
import koffi from 'koffi';
import { requireSupportedPlatform } from './platform.ts';

/** The functions that are used; their names and arguments are those of the manual pages. */
const signatures = {
  posix_spawn: 'int posix_spawn(void *, void *, void *, void *, void *, void *)',
  posix_spawnattr_init: 'int posix_spawnattr_init(void *)',
  posix_spawnattr_setflags: 'int posix_spawnattr_setflags(void *, short)',
  posix_spawnattr_setsigdefault: 'int posix_spawnattr_setsigdefault(void *, void *)',
  posix_spawnattr_setsigmask: 'int posix_spawnattr_setsigmask(void *, void *)',
  posix_spawn_file_actions_init: 'int posix_spawn_file_actions_init(void *)',
  posix_spawn_file_actions_destroy: 'int posix_spawn_file_actions_destroy(void *)',
  posix_spawn_file_actions_adddup2: 'int posix_spawn_file_actions_adddup2(void *, int, int)',
  posix_spawn_file_actions_addchdir_np:
    'int posix_spawn_file_actions_addchdir_np(void *, const char *)',
  waitid: 'int waitid(int, int, void *, int)',
  kill: 'int kill(int, int)',
  fcntl: 'int fcntl(int, int, int)',
  shutdown: 'int shutdown(int, int)',
  ioctl: 'int ioctl(int, ulong, void *)',
  execve: 'int execve(const char *, void *, void *)',
  memfd_create: 'int memfd_create(const char *, uint)',
  pipe2: 'int pipe2(void *, int)',
  access: 'int access(const char *, int)',
  setpriority: 'int setpriority(int, int, int)',
  getrlimit: 'int getrlimit(int, void *)',
  setrlimit: 'int setrlimit(int, void *)',
  prctl: 'int prctl(int, long, long, long, long)',
  getpwnam_r: 'int getpwnam_r(const char *, void *, void *, size_t, void *)',
  getpwuid_r: 'int getpwuid_r(uint, void *, void *, size_t, void *)',
  getgrnam_r: 'int getgrnam_r(const char *, void *, void *, size_t, void *)',
  getgrgid_r: 'int getgrgid_r(uint, void *, void *, size_t, void *)',
  getgrouplist: 'int getgrouplist(const char *, uint, void *, void *)',
  setfsuid: 'int setfsuid(uint)',
  setfsgid: 'int setfsgid(uint)',
  syscall: 'long syscall(long, long, long, long, long)',
  strerror: 'const char *strerror(int)',
  socket: 'int socket(int, int, int)',
  bind: 'int bind(int, void *, uint)',
  listen: 'int listen(int, int)',
  connect: 'int connect(int, void *, uint)',
  sendto: 'long sendto(int, void *, size_t, int, void *, uint)',
  setsockopt: 'int setsockopt(int, int, int, void *, uint)',
  getsockopt: 'int getsockopt(int, int, int, void *, void *)',
  getsockname: 'int getsockname(int, void *, void *)',
  getaddrinfo: 'int getaddrinfo(const char *, const char *, void *, void *)',
  freeaddrinfo: 'void freeaddrinfo(uintptr_t)',
  gai_strerror: 'const char *gai_strerror(int)',
  memcpy: 'uintptr_t memcpy(void *, uintptr_t, size_t)',
  recvmsg: 'long recvmsg(int, void *, int)',
  poll: 'int poll(void *, ulong, int)',
} as const;

type Address = Buffer | null;

/** poll(2). `async` waits in a thread of the pool; the buffer must stay referenced until then. */
interface PollCall {
  (fds: Buffer, count: number, timeoutMs: number): number;
  async(
    fds: Buffer,
    count: number,
    timeoutMs: number,
    done: (error: unknown, result: number) => void,
  ): void;
}

/** libc as seen from here. */
interface Libc {
  posix_spawn(
    pid: Buffer,
    path: Buffer,
    actions: Address,
    attributes: Address,
    argv: Buffer,
    envp: Buffer,
  ): number;
  posix_spawnattr_init(attributes: Buffer): number;
  posix_spawnattr_setflags(attributes: Buffer, flags: number): number;
  posix_spawnattr_setsigdefault(attributes: Buffer, set: Buffer): number;
  posix_spawnattr_setsigmask(attributes: Buffer, set: Buffer): number;
  posix_spawn_file_actions_init(actions: Buffer): number;
  posix_spawn_file_actions_destroy(actions: Buffer): number;
  posix_spawn_file_actions_adddup2(actions: Buffer, source: number, target: number): number;
  posix_spawn_file_actions_addchdir_np(actions: Buffer, path: string): number;
  waitid(kind: number, id: number, info: Buffer, options: number): number;
  kill(pid: number, signum: number): number;
  fcntl(fd: number, command: number, value: number): number;
  shutdown(fd: number, how: number): number;
  ioctl(fd: number, request: number, value: Buffer): number;
  execve(path: string, argv: Buffer, envp: Buffer): number;
  memfd_create(name: string, flags: number): number;
  pipe2(fds: Buffer, flags: number): number;
  access(path: string, mode: number): number;
  setpriority(which: number, who: number, priority: number): number;
  getrlimit(resource: number, limits: Buffer): number;
  setrlimit(resource: number, limits: Buffer): number;
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  getpwnam_r(name: string, entry: Buffer, text: Buffer, length: number, found: Buffer): number;
  getpwuid_r(uid: number, entry: Buffer, text: Buffer, length: number, found: Buffer): number;
  getgrnam_r(name: string, entry: Buffer, text: Buffer, length: number, found: Buffer): number;
  getgrgid_r(gid: number, entry: Buffer, text: Buffer, length: number, found: Buffer): number;
  getgrouplist(name: string, gid: number, groups: Buffer, count: Buffer): number;
  setfsuid(uid: number): number;
  setfsgid(gid: number): number;
  syscall(
    number: number,
    a: number | bigint,
    b: number | bigint,
    c: number | bigint,
    d: number,
  ): number;
  strerror(errno: number): string;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Buffer, length: number): number;
  listen(fd: number, backlog: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  sendto(
    fd: number,
    message: Buffer,
    length: number,
    flags: number,
    address: Address,
    addressLength: number,
  ): number;
  setsockopt(fd: number, level: number, option: number, value: Buffer, length: number): number;
  getsockopt(fd: number, level: number, option: number, value: Buffer, length: Buffer): number;
  getsockname(fd: number, address: Buffer, length: Buffer): number;
  getaddrinfo(host: string | null, service: string | null, hints: Buffer, found: Buffer): number;
  freeaddrinfo(list: bigint): void;
  gai_strerror(code: number): string;
  recvmsg(fd: number, message: Buffer, flags: number): number;
  memcpy(to: Buffer, from: bigint, length: number): unknown;
  poll: PollCall;
}

function bind(): Libc {
  requireSupportedPlatform();
  // The program itself: node is linked to libc, whichever it is and whatever its file is called.
  const library = koffi.load(null);
  const functions = Object.entries(signatures).map(([name, text]) => [name, library.func(text)]);
  return Object.fromEntries(functions) as Libc;
}

let bound: Libc | undefined;

/**
 * libc, bound at the first call.
 *
 * @throws Error on an unsupported machine, or when libc lacks a function (glibc before 2.29)
 */
export function libc(): Libc {
  bound ??= bind();
  return bound;
}

/** The errno of the last failed call. */
export function lastErrno(): number {
  return koffi.errno();
}

/** Where the bytes of a buffer are. It must stay referenced for as long as libc uses them. */
export function addressOf(buffer: Buffer): bigint {
  return koffi.address(buffer);
}

const errnoNames = new Map(
  Object.entries(koffi.os.errno).map(([name, number]) => [number, name] as const),
);
// Of two names for one number the one that people know.
for (const name of ['EAGAIN', 'EDEADLK', 'ENOTSUP']) {
  const number = koffi.os.errno[name];
  if (number !== undefined) errnoNames.set(number, name);
}

/** `2` -> `ENOENT`; an unknown number gives `E<number>`. */
export function errnoName(errno: number): string {
  return errnoNames.get(errno) ?? `E${errno}`;
}

/** `ENOENT` -> `2`; 0 when the name is not known. */
export function errnoNumber(name: string): number {
  return koffi.os.errno[name] ?? 0;
}

/** A system call that failed, in the form of Node's own errors. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  /** `EPERM`, `EMFILE`... */
  readonly code: string;
  readonly errno: number;

  constructor(what: string, errno: number = lastErrno()) {
    super(`${what}: ${libc().strerror(errno)} (${errnoName(errno)})`);
    this.errno = errno;
    this.code = errnoName(errno);
  }
}
