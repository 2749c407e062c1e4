/** circusctl on a pseudo-terminal, made by `script` of util-linux. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

const deadlineMs = 10_000;

/** What is typed to it and what it shows, without colours and cursor movements. */
class Terminal {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #output = '';
  #seen = 0;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const words = [process.execPath, 'bin/circusctl.js', ...args];
    const line = `stty cols 100 rows 30; exec ${words.map((word) => `'${word}'`).join(' ')}`;
    this.#child = spawn('script', ['-qfec', line, '/dev/null'], {
      env: { PATH: process.env['PATH'], TERM: 'xterm', LANG: 'C.UTF-8', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.ended = new Promise((ended) => this.#child.on('close', ended));
  }

  /** Closes the window: `script` holds the other end of the pseudo-terminal. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** As it came. */
  get raw(): string {
    return this.#output;
  }

  get shown(): string {
    return stripVTControlCharacters(this.#output).replaceAll('\r', '');
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Waits for the text after what was shown when this was last asked. */
  async shows(pattern: RegExp): Promise<string> {
    for (const deadline = Date.now() + deadlineMs; Date.now() < deadline; await delay(10)) {
      const match = pattern.exec(this.shown.slice(this.#seen));
      if (match !== null) {
        this.#seen += match.index + match[0].length;
        return match[0];
      }
    }
    throw new Error(`${pattern} was not shown after ${this.#seen} of:\n${this.shown}`);
  }
}

/**
 * Opens terminals that are closed at the end of the test. Call it before the daemon is started: what
 * is left behind is looked for when that ends.
 */
export function terminals(t: TestContext) {
  const opened: Terminal[] = [];
  t.after(async () => {
    await Promise.all(opened.map((terminal) => terminal.close()));
  });
  return (args: readonly string[], env: NodeJS.ProcessEnv): Terminal => {
    const terminal = new Terminal(args, env);
    opened.push(terminal);
    return terminal;
  };
}
