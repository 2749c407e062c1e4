/** Finding the file of a program, as a shell would in the child's place. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { libc } from './libc.ts';
import { constants } from './platform.ts';

const lastResort = '/bin:/usr/bin';

/** A program that was found. */
export interface Executable {
  /** As execve takes it; with a slash, and perhaps relative to the child's working directory. */
  readonly path: string;
  /** The same for us, who are in another directory. */
  readonly absolutePath: string;
  /** Whether execvp(3) with the child's own PATH would come to the same file. */
  readonly isOnChildPath: boolean;
}

/**
 * A name with a slash is taken as it is, found or not. Others are searched in the child's PATH, then
 * in ours, then in /bin and /usr/bin; relative entries count from the child's working directory.
 * `undefined` when no folder has it as a file that may be executed.
 */
export function findExecutable(
  name: string,
  childPath: string | undefined,
  workingDir: string,
): Executable | undefined {
  if (name.includes('/')) {
    return { path: name, absolutePath: resolve(workingDir, name), isOnChildPath: true };
  }
  if (name === '') return undefined;
  const key = JSON.stringify([name, childPath, workingDir]);
  const known = recent.get(key);
  if (known !== undefined && performance.now() - known.foundAtMs < recentMs)
    return known.executable;
  // Environments that differ from process to process must not add up.
  if (recent.size >= 100) recent.clear();
  const executable = searchFolders(name, childPath, workingDir);
  if (executable === undefined) recent.delete(key);
  else recent.set(key, { executable, foundAtMs: performance.now() });
  return executable;
}

/**
 * A search asks a dozen folders, a third of our own work for a spawn. Remembered this long it is made
 * once for a burst of starts, and a program that is installed further ahead is still soon found.
 */
const recentMs = 1000;

const recent = new Map<string, { readonly executable: Executable; readonly foundAtMs: number }>();

function searchFolders(
  name: string,
  childPath: string | undefined,
  workingDir: string,
): Executable | undefined {
  for (const searched of new Set([childPath, process.env['PATH'], lastResort])) {
    for (const folder of searched?.split(':') ?? []) {
      const path = resolve(workingDir, join(folder, name));
      if (isExecutable(path)) {
        return { path, absolutePath: path, isOnChildPath: searched === childPath };
      }
    }
  }
  return undefined;
}

/** access(2) first: it is cheap and most folders do not have the file. A folder has its x bit too. */
function isExecutable(path: string): boolean {
  if (path.includes('\0') || libc().access(path, constants.X_OK) !== 0) return false;
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
