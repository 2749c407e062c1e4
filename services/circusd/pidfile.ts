/** The pidfile: a decimal pid and a newline, mode 644 (protocol 7.13). */
import {
  chmodSync,
  linkSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

/** link(2) on file systems that have no links. */
const cannotLink: ReadonlySet<unknown> = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS']);

/**
 * Claims a pidfile for this process. Of several that claim it at once, one has it.
 *
 * @throws Error it names a live process, or cannot be written
 */
export function writePidfile(path: string): void {
  refuseLive(path, path);
  const target = regularPath(path);
  // Whole before it has its name: nobody reads half a pid.
  const draft = `${target}.${process.pid}`;
  if (target === undefined || !writeDraft(draft)) {
    writeFileSync(path, text(), { mode: 0o644 });
    return;
  }
  try {
    while (!claim(draft, target)) removeStale(target, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a pidfile that still names this process. */
export function removePidfile(path: string): void {
  if (readPid(path) === process.pid) rmSync(path, { force: true });
}

function text(): string {
  return `${process.pid}\n`;
}

/** Where the file is or will be, links followed; `undefined`: it is a device or a directory. */
function regularPath(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return path;
  return stat.isFile() ? realpathSync(path) : undefined;
}

/** False when the folder is not ours to write to. The file itself may be, and then tells its errors. */
function writeDraft(draft: string): boolean {
  try {
    writeFileSync(draft, text());
    // Whatever the umask is: the pid is for everybody.
    chmodSync(draft, 0o644);
    return true;
  } catch {
    rmSync(draft, { force: true });
    return false;
  }
}

/** False when the name is taken. */
function claim(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    if (!cannotLink.has(code)) throw error;
    renameSync(draft, path);
    return true;
  }
}

/** Whoever moves the file away has it, and sees whether it is the one that was stale. */
function removeStale(path: string, name: string): void {
  refuseLive(path, name);
  const moved = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, moved);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    refuseLive(moved, name);
  } catch (error) {
    // Another one has claimed it just now: it gets it back.
    claim(moved, path);
    throw error;
  } finally {
    rmSync(moved, { force: true });
  }
}

function refuseLive(path: string, name: string): void {
  const other = readPid(path);
  if (other === undefined || other === process.pid || !isAlive(other)) return;
  throw new Error(`pid file '${name}' is stale, current pid ${other}`);
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
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
