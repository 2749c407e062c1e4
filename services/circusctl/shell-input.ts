/** Where the lines of the shell come from: a terminal with its keys, or a pipe. */
import { createInterface, type Interface } from 'node:readline';
import type { ShellHistory } from './shell-history.ts';

/** One line after the other. */
export interface ShellInput {
  readonly isTerminal: boolean;
  /** `undefined` at the end. */
  next(): Promise<string | undefined>;
  /** The answer to a question; `undefined` at the end of input. */
  ask(question: string): Promise<string | undefined>;
  close(): void;
}

/** Words that fit at the end of a line, as they are typed, and the part that they replace. */
export type Completer = (line: string) => Promise<[words: string[], typed: string]>;

const prompt = '(circusctl) ';

/** The lines of a pipe or file, without a prompt. */
export function readPipe(): ShellInput {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    return done === true ? undefined : value;
  };
  return { isTerminal: false, next, ask: next, close: () => process.stdin.destroy() };
}

/**
 * The lines of a terminal. While no line is asked for the terminal is as a program finds it, so that
 * Ctrl-C is a signal.
 */
export class TerminalInput implements ShellInput {
  readonly isTerminal = true;
  readonly #lines: Interface;
  readonly #history: ShellHistory;
  /** Lines pasted while a command ran. */
  readonly #early: string[] = [];
  #taker: ((line: string | undefined) => void) | undefined;
  #isOver = false;

  constructor(complete: Completer, history: ShellHistory) {
    this.#history = history;
    this.#lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      prompt,
      history: [...history.lines],
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
        complete(line).then(
          (found) => done(null, found),
          () => done(null, [[], line]),
        );
      },
    });
    this.#lines.on('line', (line) => this.#take(line));
    this.#lines.on('SIGINT', () => this.#clearLine());
    this.#lines.on('close', () => {
      this.#isOver = true;
      this.#give(undefined);
    });
    this.#rest();
  }

  async next(): Promise<string | undefined> {
    const line = await this.#read(prompt);
    if (line !== undefined) this.#history.add(line);
    return line;
  }

  async ask(question: string): Promise<string | undefined> {
    return await this.#read(question);
  }

  close(): void {
    this.#lines.close();
  }

  async #read(text: string): Promise<string | undefined> {
    const early = this.#early.shift();
    if (early !== undefined) return early;
    if (this.#isOver) return undefined;
    process.stdin.setRawMode(true);
    this.#lines.setPrompt(text);
    this.#lines.resume();
    this.#lines.prompt();
    const line = await new Promise<string | undefined>((taker) => {
      this.#taker = taker;
    });
    this.#rest();
    return line;
  }

  /** Leaves the terminal to the command. */
  #rest(): void {
    if (this.#isOver) return;
    this.#lines.pause();
    process.stdin.setRawMode(false);
  }

  #take(line: string): void {
    if (this.#taker === undefined) this.#early.push(line);
    else this.#give(line);
  }

  #give(line: string | undefined): void {
    this.#taker?.(line);
    this.#taker = undefined;
  }

  /** Ctrl-C forgets the line; where there is none it tells how to leave. */
  #clearLine(): void {
    const hint = this.#lines.line === '' ? '\n(`exit` or Ctrl-D leaves the shell)' : '';
    process.stdout.write(`^C${hint}\n`);
    this.#lines.write(null, { ctrl: true, name: 'e' });
    // Draws the prompt too.
    this.#lines.write(null, { ctrl: true, name: 'u' });
  }
}
