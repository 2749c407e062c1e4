/** Finds files by shell patterns; Node 20 has no glob of its own. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasPattern, matchesPattern } from './shell-pattern.ts';

/**
 * Existing paths that an absolute pattern names, sorted. As in a shell, a leading dot is matched only
 * by a dot.
 */
export function findFiles(pattern: string): string[] {
  const parts = pattern.split('/').filter((part) => part !== '');
  let found = ['/'];
  for (const part of parts) found = found.flatMap((folder) => matchIn(folder, part));
  return found.sort();
}

function matchIn(folder: string, part: string): string[] {
  if (!hasPattern(part)) return exists(join(folder, part)) ? [join(folder, part)] : [];
  return listFolder(folder)
    .filter((name) => matchesPattern(name, part) && (!name.startsWith('.') || part.startsWith('.')))
    .map((name) => join(folder, name));
}

/**
 * Files in a folder, at any depth, whose names match; sorted. `undefined` when there is no such
 * folder. Links are followed, each folder once.
 */
export function findBelow(folder: string, pattern: string): string[] | undefined {
  if (!isFolder(folder)) return undefined;
  return walk(folder, pattern, new Set()).sort();
}

function walk(folder: string, pattern: string, seen: Set<string>): string[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  return listFolder(folder).flatMap((name) => {
    const path = join(folder, name);
    if (isFolder(path)) return walk(path, pattern, seen);
    return matchesPattern(name, pattern) ? [path] : [];
  });
}

function exists(path: string): boolean {
  return stat(path) !== undefined;
}

function isFolder(path: string): boolean {
  return stat(path)?.isDirectory() ?? false;
}

/** What cannot be reached counts as absent: circusd's user may not look everywhere. */
function stat(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
