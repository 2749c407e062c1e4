/** The lines of earlier shells, in a file that only its owner may read. */
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const linesKept = 1000;

/** Keeps lines. A folder that cannot be written to means no history, and is no error. */
export class ShellHistory {
  readonly #path: string | undefined;
  /** Newest first, as node:readline wants them. */
  readonly lines: readonly string[];

  constructor(env: NodeJS.ProcessEnv) {
    this.#path = historyPath(env);
    this.lines = this.#read();
  }

  /** A line that begins with a space is forgotten, as shells do. */
  add(line: string): void {
    if (this.#path === undefined || line.trim() === '' || line.startsWith(' ')) return;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${line.trimEnd()}\n`, { mode: 0o600 });
    } catch {
      // A read-only home.
    }
  }

  #read(): string[] {
    if (this.#path === undefined) return [];
    try {
      const lines = readFileSync(this.#path, 'utf8').split('\n').filter(Boolean);
      const kept = lines.slice(-linesKept);
      if (lines.length > linesKept * 2) writeFileSync(this.#path, `${kept.join('\n')}\n`);
      chmodSync(this.#path, 0o600);
      return kept.reverse();
    } catch {
      return [];
    }
  }
}

/** Below XDG_STATE_HOME, which has to be absolute, or ~/.local/state. */
function historyPath(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_STATE_HOME: state, HOME: home } = env;
  const file = join('circus', 'circusctl_history');
  if (state?.startsWith('/')) return join(state, file);
  return home ? join(home, '.local', 'state', file) : undefined;
}
