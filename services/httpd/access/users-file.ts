/**
 * The file of those who may sign in: a line each, `name:role:hash`. Made and changed by
 * `circushttpd user`; read again whenever it has changed.
 */
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Role } from '../console-state.ts';
import { hashPassword, isPassword } from './passwords.ts';

export interface User {
  readonly name: string;
  readonly role: Role;
  readonly hash: string;
}

/** Of a user who does not exist: a wrong name must take as long as a wrong password. */
const nobody = hashPassword('');

/** What is wrong with a users file, for people. */
export class UsersFileError extends Error {
  override readonly name = 'UsersFileError';
}

/** The users of one file. */
export class UsersFile {
  readonly path: string;
  #users: ReadonlyMap<string, User> = new Map();
  #changed = -1;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws UsersFileError the file cannot be read, or a line is none of ours */
  find(name: string): User | undefined {
    this.#read();
    return this.#users.get(name);
  }

  /** The user, if name and password are right. */
  async check(name: string, password: string): Promise<User | undefined> {
    const user = this.find(name);
    const isRight = await isPassword(password, user?.hash ?? (await nobody));
    return isRight ? user : undefined;
  }

  #read(): void {
    try {
      const { mtimeMs } = statSync(this.path);
      if (mtimeMs === this.#changed) return;
      this.#users = new Map(parseUsers(this.path).map((user) => [user.name, user]));
      this.#changed = mtimeMs;
    } catch (error) {
      if (error instanceof UsersFileError) throw error;
      throw new UsersFileError(`cannot read the users file: ${messageOf(error)}`);
    }
  }
}

/** Adds a user to the file, or replaces one of that name. The file is readable by its owner only. */
export async function putUser(
  path: string,
  name: string,
  role: Role,
  password: string,
): Promise<void> {
  if (!/^[\w.@-]+$/.test(name)) {
    throw new UsersFileError(`'${name}' is no user name: letters, digits and _ . @ - are`);
  }
  const user = { name, role, hash: await hashPassword(password) };
  const others = existing(path).filter((other) => other.name !== name);
  writeUsers(path, [...others, user]);
}

/** @throws UsersFileError nobody of that name is in the file */
export function removeUser(path: string, name: string): void {
  const users = parseUsers(path);
  const others = users.filter((other) => other.name !== name);
  if (others.length === users.length) throw new UsersFileError(`${path} has no user '${name}'`);
  writeUsers(path, others);
}

/** Everybody in the file. */
export function listUsers(path: string): readonly User[] {
  return parseUsers(path);
}

function existing(path: string): readonly User[] {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? [] : parseUsers(path);
}

function writeUsers(path: string, users: readonly User[]): void {
  const text = users.map(({ name, role, hash }) => `${name}:${role}:${hash}\n`).join('');
  const fresh = `${path}.new`;
  writeFileSync(fresh, text, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
}

function parseUsers(path: string): readonly User[] {
  const lines = readText(path).split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [name = '', role, hash = '', ...rest] = line.trim().split(':');
    if ((role !== 'view' && role !== 'admin') || name === '' || hash === '' || rest.length > 0) {
      throw new UsersFileError(
        `${path}:${index + 1}: no user; name:view:hash or name:admin:hash is expected, as 'circushttpd user add' writes it`,
      );
    }
    return [{ name, role, hash }];
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsersFileError(`cannot read the users file: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
