/** Whose a process is, and what it is called: asked for once, as neither changes often. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { userName } from './accounts.ts';
import { notAvailable } from './describe-process.ts';

/** The user that it runs as; `N/A` when it cannot be told. */
export function ownerOf(pid: number): string {
  try {
    return userName(statSync(`/proc/${pid}`).uid);
  } catch {
    return notAvailable;
  }
}

/** The base name of the first argument only; `N/A` when it cannot be told. */
export function commandOf(pid: number): string {
  try {
    const [first = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return first === '' ? notAvailable : basename(first);
  } catch {
    return notAvailable;
  }
}
