import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const keyBytes = 32;

/** Where the key is kept: $XDG_STATE_HOME/circus, else ~/.local/state/circus. */
export function sessionKeyPath(env: NodeJS.ProcessEnv): string {
  const { XDG_STATE_HOME: state, HOME: home = '/' } = env;
  return join(state || join(home, '.local/state'), 'circus', 'circushttpd.key');
}

/**
 * The key that signs sessions; made when there is none yet. Where it cannot be kept it is a new one
 * at each start, and `onVolatile` is told why.
 */
export function sessionKey(path: string, onVolatile: (reason: string) => void): Buffer {
  const kept = readKey(path);
  if (kept !== undefined) return kept;
  const made = randomBytes(keyBytes);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    // another circushttpd was faster
    const others = readKey(path);
    if (others !== undefined) return others;
    onVolatile(error instanceof Error ? error.message : String(error));
    return made;
  }
}

function readKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path);
    return key.length === keyBytes ? key : undefined;
  } catch {
    return undefined;
  }
}
