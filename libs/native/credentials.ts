/**
 * As whom a process runs. A change of user is made by setpriv(1) inside the child. Changing our own
 * thread around posix_spawn would be quicker, but while our real or saved uid is the user's, that
 * user may SIGKILL circusd (tried: it took one spawn). The ids for file access alone open no such
 * door, nobody may signal, trace or renice us for them; so they are used to ask beforehand, with
 * exact errors, whether the user could enter the directory and run the file.
 */

import { readProcFile } from '#libs/process-info';
import { addressOf, errnoName, lastErrno, libc } from './libc.ts';
import { constants, syscallNumbers } from './platform.ts';
import { SpawnError } from './spawn-error.ts';

/** What a request asks for; what is left out stays as circusd has it. */
export interface Credentials {
  readonly uid?: number;
  readonly gid?: number;
  /** Supplementary groups. Left out: none with another uid, circusd's own otherwise. */
  readonly groups?: readonly number[];
}

/** A change that has to be made; `null` groups are circusd's own. */
export interface CredentialChange {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[] | null;
}

const root = 0;
const largestId = 0xffff_fffe;
/** No id: setfsuid(2) and setfsgid(2) change nothing and tell what is set. */
const tellOnly = 0xffff_ffff;

function ownIds(): { uid: number; gid: number } {
  // Both exist on every POSIX system; the types allow for Windows.
  return { uid: process.geteuid?.() ?? root, gid: process.getegid?.() ?? root };
}

/**
 * What has to be changed, or `undefined` when circusd has it all already. Without root the
 * supplementary groups stay as they are: asking for one's own user is fine.
 *
 * @throws SpawnError EPERM: another user or group is wanted and circusd is not root; EINVAL: a
 * number that is no id
 */
export function requiredChange(wanted: Credentials): CredentialChange | undefined {
  for (const id of [wanted.uid, wanted.gid, ...(wanted.groups ?? [])]) requireId(id);
  const own = ownIds();
  const { uid = own.uid, gid = own.gid } = wanted;
  const isOwn = uid === own.uid && gid === own.gid;
  if (own.uid !== root) {
    if (isOwn) return undefined;
    throw refusal(uid === own.uid ? `group ${gid}` : `user ${uid}`, own.uid);
  }
  const groups = wanted.groups ?? (uid === own.uid ? null : []);
  if (isOwn && (groups === null || isSameSet(groups, ownGroups()))) return undefined;
  return { uid, gid, groups };
}

function requireId(id: number | undefined): void {
  if (id === undefined || (Number.isInteger(id) && id >= 0 && id <= largestId)) return;
  throw new SpawnError('EINVAL', `${id} is not the number of a user or group`);
}

function refusal(whom: string, uid: number): SpawnError {
  return new SpawnError(
    'EPERM',
    `cannot start a process as ${whom}: circusd runs as user ${uid}, and only root may choose`,
  );
}

function isSameSet(some: readonly number[], others: readonly number[]): boolean {
  const [a, b] = [new Set(some), new Set(others)];
  return a.size === b.size && [...a].every((item) => b.has(item));
}

/** process.getgroups() adds the primary group, which setting them again would then make permanent. */
function ownGroups(): number[] {
  const line = /^Groups:(.*)$/m.exec(readProcFile('/proc/thread-self/status') ?? '');
  return (line?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
}

/** The options for setpriv(1). */
export function credentialOptions({ uid, gid, groups }: CredentialChange): string[] {
  return [`--reuid=${uid}`, `--regid=${gid}`, groupOption(groups)];
}

function groupOption(groups: readonly number[] | null): string {
  if (groups === null) return '--keep-groups';
  return groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`;
}

/** Why the user cannot use a path: the errno's name; `undefined` when nothing stands in the way. */
export type AccessCheck = (path: string) => string | undefined;

/**
 * Runs `ask` with the file permissions of the user. Only this thread changes, and everything is as
 * it was when it returns or throws.
 *
 * @throws SpawnError EPERM: root, but without CAP_SETUID or CAP_SETGID, as in some containers
 */
export function askAs<T>(change: CredentialChange, ask: (findObstacle: AccessCheck) => T): T {
  const own = ownIds();
  const groups = change.groups === null ? null : ownGroups();
  // The kernel forbids dumps of a process that has changed its ids, until it is told otherwise.
  const dumpable = libc().prctl(constants.PR_GET_DUMPABLE, 0, 0, 0, 0);
  try {
    if (change.groups !== null) setGroups(change.groups);
    setFileIds(change);
    return ask(findObstacle);
  } finally {
    setFileIds(own);
    if (groups !== null) setGroups(groups);
    libc().prctl(constants.PR_SET_DUMPABLE, dumpable === 1 ? 1 : 0, 0, 0, 0);
  }
}

/** Neither call reports a failure, so both are asked what they have done. */
function setFileIds({ uid, gid }: { readonly uid: number; readonly gid: number }): void {
  libc().setfsgid(gid);
  libc().setfsuid(uid);
  if (libc().setfsgid(tellOnly) !== gid >> 0) throw refusedIds(`group ${gid}`);
  if (libc().setfsuid(tellOnly) !== uid >> 0) throw refusedIds(`user ${uid}`);
}

function refusedIds(whom: string): SpawnError {
  const missing = 'circusd is root without CAP_SETUID and CAP_SETGID';
  return new SpawnError('EPERM', `cannot start a process as ${whom}: ${missing}`);
}

function setGroups(groups: readonly number[]): void {
  const words = Buffer.alloc(Math.max(128, groups.length * 4));
  groups.forEach((gid, index) => {
    words.writeUInt32LE(gid, index * 4);
  });
  const done = libc().syscall(syscallNumbers().setgroups, groups.length, addressOf(words), 0, 0);
  if (done !== 0) throw refusedIds(`groups ${groups.join(', ')}`);
}

/** access(2) would ask for the real user. Before Linux 5.8 there is no answer. */
function findObstacle(path: string): string | undefined {
  const text = Buffer.alloc(Math.max(128, Buffer.byteLength(path) + 1));
  text.write(path);
  const { faccessat2 } = syscallNumbers();
  const { AT_FDCWD, AT_EACCESS, X_OK } = constants;
  if (libc().syscall(faccessat2, AT_FDCWD, addressOf(text), X_OK, AT_EACCESS) === 0)
    return undefined;
  const code = errnoName(lastErrno());
  return code === 'ENOSYS' ? undefined : code;
}
