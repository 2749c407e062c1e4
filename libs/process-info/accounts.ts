/** Names of users, for people; whoever is not in the file is shown by number. */
import { readFileSync } from 'node:fs';

let names: ReadonlyMap<number, string> | undefined;

/** The name of a user id, or its digits. */
export function userName(uid: number): string {
  names ??= readNames();
  return names.get(uid) ?? String(uid);
}

function readNames(): ReadonlyMap<number, string> {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n').reverse();
    return new Map(
      lines.map((line) => line.split(':')).map(([name = '', , uid]) => [Number(uid), name]),
    );
  } catch {
    return new Map();
  }
}
