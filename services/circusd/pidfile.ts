/** The pidfile: a decimal pid and a newline, mode 644 (protocol 7.13). */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Claims a pidfile for this process.
 *
 * @throws Error it names a live process, or cannot be written
 */
export function writePidfile(path: string): void {
  const other = readPid(path);
  if (other !== undefined && other !== process.pid && isAlive(other)) {
    throw new Error(`pid file '${path}' is stale, current pid ${other}`);
  }
  writeFileSync(path, `${process.pid}\n`, { mode: 0o644 });
}

/** Removes a pidfile that still names this process. */
export function removePidfile(path: string): void {
  if (readPid(path) === process.pid) rmSync(path, { force: true });
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
