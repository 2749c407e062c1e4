/** Why a process could not be started, and whether trying again can help. */
import { errnoName, errnoNumber, libc } from './libc.ts';

/** These pass when somebody else gives back what is short; all others stay until somebody acts. */
const passing: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'EINTR']);

/** Whether an error of ours, of libc or of Node is a shortage that somebody else can end. */
export function isPassing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && passing.has(String(error.code));
}

/** A process was not started; nothing of it is left. `message` is for the operator. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
  /** The name of the errno: `ENOENT`, `EAGAIN`... */
  readonly code: string;
  readonly errno: number;
  /** True when the same request will fail again: it counts for `max_retry`. */
  readonly isPermanent: boolean;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.errno = errnoNumber(code);
    this.isPermanent = !passing.has(code);
  }
}

/** For an errno that libc gave: `<what>: <text of the errno> (<name>)`. */
export function spawnErrorOf(errno: number, what: string): SpawnError {
  const code = errnoName(errno);
  return new SpawnError(code, `${what}: ${libc().strerror(errno)} (${code})`);
}
