/** Environments: the env sections of a file (protocol 6.5), and what a process is given. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { IniSection } from './ini-file.ts';
import { matchesPattern } from './shell-pattern.ts';
import { environmentVariables, substitute } from './variables.ts';
import type { WatcherConfig } from './watcher-config.ts';

/** circusd's own environment, as `process.env` has it. */
export type OwnEnvironment = Readonly<Record<string, string | undefined>>;

/** Replaces `$NAME` by circusd's own variable of that name, by nothing when it is unset. */
export function expandNames(text: string, ownEnv: OwnEnvironment): string {
  return text.replace(/\$([A-Z][A-Z0-9_]*)/g, (_, name: string) => ownEnv[name] ?? '').trim();
}

/** What `[env]` gives to every watcher. */
export function readCommonEnv(
  sections: readonly IniSection[],
  ownEnv: OwnEnvironment,
): Record<string, string> {
  const own = environmentVariables(ownEnv);
  const entries = sections
    .filter((section) => section.name === 'env')
    .flatMap((section) => section.entries)
    .map(({ key, value }) => [key, expandNames(substitute(value, own), ownEnv)]);
  return Object.fromEntries(entries);
}

/** What `[env]` and the matching `[env:PATTERNS]` give to one watcher; later sections win. */
export function readWatcherEnv(
  name: string,
  sections: readonly IniSection[],
  ownEnv: OwnEnvironment,
): Record<string, string> {
  const matching = sections.filter((section) => isEnvSectionFor(section, name));
  const entries = matching
    .flatMap((section) => section.entries)
    .map(({ key, value }) => [key, expandNames(value, ownEnv)]);
  return { ...readCommonEnv(sections, ownEnv), ...Object.fromEntries(entries) };
}

function isEnvSectionFor(section: IniSection, watcher: string): boolean {
  if (!section.name.startsWith('env:')) return false;
  const patterns = section.name.slice('env:'.length).split(',');
  return patterns.some((pattern) => matchesPattern(watcher, pattern.trim()));
}

/**
 * The whole environment of a watcher's processes. Without copy_env it is the configured one alone,
 * which may be empty: not even PATH is added (protocol 6.5).
 */
export function buildEnvironment(
  watcher: WatcherConfig,
  ownEnv: OwnEnvironment,
): Record<string, string> {
  const { copy_env, copy_path, virtualenv, virtualenv_py_ver } = watcher.options;
  const env: Record<string, string> = {};
  if (copy_env && !watcher.isEnvReplaced) Object.assign(env, definedOnly(ownEnv));
  const path = ownEnv['PYTHONPATH'];
  if (copy_path && path !== undefined) env['PYTHONPATH'] = path;
  const merged = { ...env, ...watcher.env };
  return virtualenv === null ? merged : enterVirtualenv(merged, virtualenv, virtualenv_py_ver);
}

function definedOnly(env: OwnEnvironment): Record<string, string> {
  const entries = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

function enterVirtualenv(
  env: Record<string, string>,
  folder: string,
  version: string | null,
): Record<string, string> {
  const packages = sitePackages(folder, version);
  const paths = [env['PYTHONPATH'], ...packages.flatMap((path) => [path, ...readPthFolders(path)])];
  return {
    ...env,
    PATH: joinPaths([join(folder, 'bin'), env['PATH']]),
    PYTHONPATH: joinPaths(paths),
  };
}

function joinPaths(paths: readonly (string | undefined)[]): string {
  return paths.filter((path) => path !== undefined && path !== '').join(':');
}

function sitePackages(folder: string, version: string | null): string[] {
  const names =
    version === null
      ? listFolder(join(folder, 'lib')).filter((name) => /^python\d/.test(name))
      : [`python${version}`];
  return names.map((name) => join(folder, 'lib', name, 'site-packages'));
}

/** The folders that .pth files name, one a line; Python runs their `import` lines, we do not. */
function readPthFolders(packages: string): string[] {
  const files = listFolder(packages).filter((name) => name.endsWith('.pth'));
  const lines = files.flatMap((name) => readLines(join(packages, name)));
  const folders = lines
    .filter((line) => line !== '' && !line.startsWith('#') && !/^import\s/.test(line))
    .map((line) => (line.startsWith('/') ? line : join(packages, line)));
  return folders.filter(isFolder);
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim());
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
