/** The interactive shell: what circusctl is when no command is given (protocol 9). */
import { ClosedError, defaultEndpoint } from '#libs/client';
import { catalog, findTypedCommand } from '#libs/commands';
import { splitWords } from '#libs/config';
import { suggestName } from '#libs/options';
import { messageOf } from '#libs/protocol';
import { carryOut, type Surroundings } from './carry-out.ts';
import { completeLine } from './complete-line.ts';
import { explain } from './explain.ts';
import { helpScreen } from './help-screen.ts';
import { catchInterrupts } from './interruption.ts';
import { readInvocation } from './invocation.ts';
import { LiveNames } from './live-names.ts';
import { writeError, writeLine } from './output.ts';
import { completeTyped, readPartialLine } from './partial-line.ts';
import type { Settings } from './settings.ts';
import { ShellHistory } from './shell-history.ts';
import { readPipe, type ShellInput, TerminalInput } from './shell-input.ts';
import { withSuggestion } from './suggestion.ts';
import { versionLine } from './version.ts';

const completionTimeoutMs = 400;
/** The first look, before anybody has asked for anything. */
const firstLookMs = 2000;

/** Words of the shell beside the commands. */
const ownWords = [
  { word: 'help', doc: 'The commands, or what one of them does' },
  { word: 'exit', doc: 'Leave the shell; circusd goes on' },
] as const;

/** Reads and carries out lines until the end of input; gives the exit code, 0. */
export async function runShell(settings: Settings, env: NodeJS.ProcessEnv): Promise<number> {
  const shell = new Shell(settings, env);
  writeLine(versionLine);
  await shell.showStatus();
  const input = process.stdin.isTTY ? shell.openTerminal() : readPipe();
  let last = '';
  for (let line = await input.next(); line !== undefined; line = await input.next()) {
    const isRepeated = line.trim() === '';
    last = isRepeated ? last : line;
    if (last.trim() === '') continue;
    if ((await shell.perform(last, input)) === 'exit') return leave(input, '');
  }
  return leave(input, '\n');
}

function leave(input: ShellInput, text: string): number {
  input.close();
  process.stdout.write(text);
  return 0;
}

class Shell {
  readonly #settings: Settings;
  readonly #environmentEndpoint: string | undefined;
  readonly #env: NodeJS.ProcessEnv;

  constructor(settings: Settings, env: NodeJS.ProcessEnv) {
    this.#settings = settings;
    this.#environmentEndpoint = env['CIRCUSCTL_ENDPOINT'];
    this.#env = env;
  }

  openTerminal(): ShellInput {
    writeLine('`help` lists the commands, `exit` or Ctrl-D leaves; `quit` stops circusd itself.');
    return new TerminalInput((line) => this.#complete(line), new ShellHistory(this.#env));
  }

  async showStatus(): Promise<void> {
    const timeoutMs = Math.min(firstLookMs, this.#settings.timeoutMs ?? firstLookMs);
    await this.#carryOut(['status'], { ...this.#settings, timeoutMs });
  }

  async perform(line: string, input: ShellInput): Promise<'exit' | undefined> {
    const words = withoutProgram(this.#split(line));
    const [first, second] = words;
    if (first === undefined) return undefined;
    if (first === 'exit' || first === 'EOF') return 'exit';
    if (first === 'help' || first === '?') this.#help(second);
    else if (!first.startsWith('-') && findTypedCommand(first) === undefined) refuse(line, first);
    else if (first !== 'quit' || (await mayQuit(input, words))) {
      await this.#carryOut(words, this.#settings);
    }
    return undefined;
  }

  #split(line: string): string[] {
    try {
      return splitWords(line);
    } catch (error) {
      writeError(`error: ${messageOf(error)}`);
      return [];
    }
  }

  #help(name: string | undefined): void {
    const command = name === undefined ? undefined : findTypedCommand(name);
    const own = ownWords.find(({ word }) => word === name);
    if (own !== undefined) writeLine(`${own.word}: ${own.doc}`);
    else if (name !== undefined && command === undefined) refuse(name, name);
    else writeLine(helpScreen(command));
    if (name === undefined) for (const { word, doc } of ownWords) writeLine(`  ${word}  ${doc}`);
  }

  /** Whatever goes wrong is told; the shell goes on. */
  async #carryOut(words: readonly string[], settings: Settings): Promise<void> {
    const interrupts = catchInterrupts();
    try {
      await this.#invoke(words, settings, interrupts.signal);
    } catch (error) {
      if (error instanceof ClosedError && interrupts.signal.aborted) return;
      tell(error);
    } finally {
      interrupts.dispose();
      if (interrupts.signal.aborted) writeLine('');
    }
  }

  async #invoke(words: readonly string[], settings: Settings, interrupted: AbortSignal) {
    const invocation = await readInvocation(words, settings);
    const surroundings: Surroundings = {
      environmentEndpoint: this.#environmentEndpoint,
      interrupted,
    };
    switch (invocation.kind) {
      case 'version':
        return writeLine(versionLine);
      case 'help':
        return writeLine(helpScreen(invocation.command));
      case 'shell':
        return refuse(words.join(' '), '');
      case 'command':
        await carryOut(invocation, surroundings);
    }
  }

  async #complete(line: string): Promise<[string[], string]> {
    const partial = readPartialLine(line);
    if (partial === undefined) return [[], line];
    const { words, current, typed } = partial;
    const endpoint = this.#settings.endpoint ?? this.#environmentEndpoint ?? defaultEndpoint;
    const names = new LiveNames(endpoint, completionTimeoutMs);
    try {
      const isHelp = words.length === 1 && /^(help|\?)$/.test(words[0] ?? '');
      const found = await completeLine(isHelp ? [] : words, current, names, ownWords);
      const typeable = found.map(({ word }) => completeTyped(word, typed));
      return [typeable.length === 1 ? typeable.map((word) => `${word} `) : typeable, typed];
    } finally {
      names.close();
    }
  }
}

/** Manual pages show whole command lines; here the program's name is one word too many. */
function withoutProgram(words: readonly string[]): readonly string[] {
  return words[0] === 'circusctl' && words.length > 1 ? words.slice(1) : words;
}

/** `quit` is for circusd, and has been typed by many who wanted to leave. */
async function mayQuit(input: ShellInput, words: readonly string[]): Promise<boolean> {
  if (!input.isTerminal || words.includes('--help')) return true;
  const question = 'Stop all processes and end circusd? (`exit` leaves the shell alone) [y/N] ';
  return /^y(es)?$/i.test((await input.ask(question))?.trim() ?? '');
}

function refuse(line: string, word: string): void {
  const known = [...catalog.map(({ name }) => name), ...ownWords.map((own) => own.word)];
  writeLine(withSuggestion(`*** Unknown syntax: ${line.trim()}`, suggestName(word, known)));
}

function tell(error: unknown): void {
  try {
    writeError(explain(error).text);
  } catch (fault) {
    writeError(`circusctl: ${messageOf(fault)}`);
    writeError('This is a fault of circusctl itself.');
  }
}
