/** The plugin under `--check`: a command, run as circusd would run it. */
import { type ChildProcess, spawn } from 'node:child_process';

/** How it ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Of what it writes, the end is kept. Characters. */
const maxKept = 4_000;

/** A command that runs in a session of its own. */
export class Subject {
  readonly ended: Promise<Ending>;
  #ending: Ending | undefined;
  #said = '';
  readonly #child: ChildProcess;

  constructor(command: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn('/bin/sh', ['-c', `exec ${command}`], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'pipe'],
      detached: true,
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = `${this.#said}${text}`.slice(-maxKept);
    });
    this.ended = new Promise((ended) => {
      this.#child.on('exit', (code, signal) => {
        this.#ending = { code, signal };
        ended(this.#ending);
      });
    });
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** The last line of its standard error. */
  get lastWords(): string {
    return this.#said.trim().split('\n').at(-1) ?? '';
  }

  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  /** Whether anything of it is left. */
  get isAlive(): boolean {
    return this.#signalGroup(0);
  }

  /** Ends it and what it has started. */
  kill(): void {
    this.#signalGroup('SIGKILL');
  }

  #signalGroup(signal: NodeJS.Signals | 0): boolean {
    if (this.#child.pid === undefined) return false;
    try {
      return process.kill(-this.#child.pid, signal);
    } catch {
      return false;
    }
  }
}
