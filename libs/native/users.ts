/**
 * Users and groups, asked of libc, so that LDAP, sssd and whatever else nsswitch.conf names is asked
 * too. A slow directory makes these calls wait: names are to be resolved when a configuration is
 * read, not at each spawn.
 */
import { addressOf, errnoName, errnoNumber, libc, SystemError } from './libc.ts';

/** A user as getpwnam(3) tells it. */
export interface User {
  readonly uid: number;
  /** The primary group. */
  readonly gid: number;
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

/** A group as getgrnam(3) tells it. */
export interface Group {
  readonly gid: number;
  readonly name: string;
}

/** A name or number that no user or group has. `message` quotes it. */
export class UnknownAccountError extends Error {
  override readonly name = 'UnknownAccountError';
}

// struct passwd and struct group of 64-bit Linux, the same in glibc and musl.
const passwdBytes = 48;
const groupBytes = 32;
const idOffset = 16;
const passwdGidOffset = 20;
const passwdHomeOffset = 32;
const passwdShellOffset = 40;
const largestId = 0xffff_fffe;

/** The struct, and the text that its pointers point into. */
interface Entry {
  readonly words: Buffer;
  readonly text: Buffer;
}

function textAt({ words, text }: Entry, offset: number): string {
  const start = Number(words.readBigUInt64LE(offset) - addressOf(text));
  return text.toString('utf8', start, text.indexOf(0, start));
}

/** Calls one of the get*_r family with as much room for text as it wants. */
function findEntry(
  bytes: number,
  what: string,
  ask: (words: Buffer, text: Buffer, found: Buffer) => number,
): Entry | undefined {
  const words = Buffer.alloc(128, 0, 'latin1').subarray(0, bytes);
  const found = Buffer.alloc(128);
  for (let room = 4096; ; room *= 2) {
    const text = Buffer.allocUnsafeSlow(room);
    const errno = ask(words, text, found);
    if (errno === errnoNumber('ERANGE') && room < 16 * 1024 * 1024) continue;
    if (found.readBigUInt64LE(0) !== 0n) return { words, text };
    // The manual allows all of these to say that there is no such entry.
    if (errno === 0 || notFound.has(errnoName(errno))) return undefined;
    throw new SystemError(`cannot look up ${what}`, errno);
  }
}

const notFound: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH', 'EBADF', 'EPERM']);

function asId(value: string | number): number | undefined {
  const id = typeof value === 'number' || /^\d+$/.test(value) ? Number(value) : Number.NaN;
  return Number.isInteger(id) && id >= 0 && id <= largestId ? id : undefined;
}

/**
 * A user by name, or by number when there is no user of that name. A number that no user has is an
 * error too: without an entry there is no primary group to take.
 *
 * @throws UnknownAccountError no such user
 * @throws SystemError the user database cannot be read
 */
export function resolveUser(nameOrNumber: string | number): User {
  const name = String(nameOrNumber);
  const uid = asId(nameOrNumber);
  const entry =
    findEntry(passwdBytes, `user "${name}"`, (words, text, found) =>
      libc().getpwnam_r(name, words, text, text.length, found),
    ) ??
    (uid === undefined
      ? undefined
      : findEntry(passwdBytes, `user ${uid}`, (words, text, found) =>
          libc().getpwuid_r(uid, words, text, text.length, found),
        ));
  if (entry === undefined) throw new UnknownAccountError(`there is no user "${name}"`);
  return {
    uid: entry.words.readUInt32LE(idOffset),
    gid: entry.words.readUInt32LE(passwdGidOffset),
    name: textAt(entry, 0),
    home: textAt(entry, passwdHomeOffset),
    shell: textAt(entry, passwdShellOffset),
  };
}

/**
 * A group by name, or by number; a number needs no entry, its name is then the number.
 *
 * @throws UnknownAccountError no such group
 * @throws SystemError the group database cannot be read
 */
export function resolveGroup(nameOrNumber: string | number): Group {
  const name = String(nameOrNumber);
  const gid = asId(nameOrNumber);
  const entry =
    findEntry(groupBytes, `group "${name}"`, (words, text, found) =>
      libc().getgrnam_r(name, words, text, text.length, found),
    ) ??
    (gid === undefined
      ? undefined
      : findEntry(groupBytes, `group ${gid}`, (words, text, found) =>
          libc().getgrgid_r(gid, words, text, text.length, found),
        ));
  if (entry !== undefined) {
    return { gid: entry.words.readUInt32LE(idOffset), name: textAt(entry, 0) };
  }
  if (gid !== undefined) return { gid, name };
  throw new UnknownAccountError(`there is no group "${name}"`);
}

/** All groups of a user as a login would give them, `gid` first. */
export function supplementaryGroups(userName: string, gid: number): number[] {
  const count = Buffer.alloc(128);
  for (let room = 64; ; room = Math.max(room * 2, count.readInt32LE(0))) {
    const groups = Buffer.allocUnsafeSlow(room * 4);
    count.writeInt32LE(room, 0);
    if (libc().getgrouplist(userName, gid, groups, count) < 0 && room < 65_536) continue;
    const found = Math.min(room, count.readInt32LE(0));
    return Array.from({ length: found }, (_, index) => groups.readUInt32LE(index * 4));
  }
}
