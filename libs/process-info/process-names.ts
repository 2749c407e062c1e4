/** Whose a process is, and what it is called: asked for once, as neither changes often. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { userName } from './accounts.ts';
import { notAvailable } from './describe-process.ts';
import { readProcFile } from './process-stat.ts';

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
  const line = readProcFile(`/proc/${pid}/cmdline`) ?? '';
  const [first = ''] = Buffer.from(line, 'latin1').toString().split('\0', 1);
  return first === '' ? notAvailable : basename(first);
}
