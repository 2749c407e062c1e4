/** docs/first-steps.md: what it says to type is typed, and what it shows is compared. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findCommand } from '#libs/commands';
import { waitUntil } from '../daemon/wait-until.ts';
import { Program } from '../examples/run-program.ts';
import { type FencedBlock, readBlocks, readCommands, type TypedCommand } from './fenced-blocks.ts';
import { isShown, linesOf } from './shown-output.ts';

const page = 'docs/first-steps.md';

test('the first steps work as they are written', async (t) => {
  const reader = new Reader(t);
  for (const block of readBlocks(readFileSync(page, 'utf8'))) {
    if (block.language === 'ini') reader.writeFile(block);
    else if (block.words.includes('first-terminal')) await reader.readFirstTerminal(block);
    else for (const typed of readCommands(block)) await reader.type(typed);
  }
  assert.equal(await reader.circusd?.stop(), 0);
});

/** Somebody with two terminals in an empty folder, whose circusd listens there instead of on a port. */
class Reader {
  readonly #t: TestContext;
  readonly #folder = mkdtempSync(join(tmpdir(), 'circus-docs-'));
  readonly #env: NodeJS.ProcessEnv;
  circusd: Program | undefined;

  constructor(t: TestContext) {
    this.#t = t;
    t.after(() => rmSync(this.#folder, { recursive: true, force: true }));
    for (const name of ['circusd', 'circusctl']) {
      const path = join(this.#folder, name);
      writeFileSync(
        path,
        `#!/bin/sh\nexec '${process.execPath}' '${resolve(`bin/${name}.js`)}' "$@"\n`,
      );
      chmodSync(path, 0o755);
    }
    this.#env = {
      ...process.env,
      PATH: `${this.#folder}${delimiter}${process.env['PATH']}`,
      CIRCUSCTL_ENDPOINT: `ipc://${this.#folder}/control`,
    };
  }

  /** The endpoints go to the end, so that the lines of the page keep their numbers. */
  writeFile({ words: [name = ''], lines }: FencedBlock): void {
    const path = join(this.#folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    appendFileSync(
      path,
      `[circus]
endpoint = ipc://${this.#folder}/control
pubsub_endpoint = ipc://${this.#folder}/events
`,
    );
  }

  /** Starts what is typed there; without a command the lines follow those that were shown before. */
  async readFirstTerminal(block: FencedBlock): Promise<void> {
    const [typed] = readCommands(block);
    if (typed !== undefined) {
      const words = typed.command.split(' ');
      this.circusd = new Program(
        this.#t,
        ['env', `PATH=${this.#env['PATH']}`, ...words],
        this.#folder,
      );
    }
    const shown = typed?.output ?? block.lines;
    const printed = () => linesOf(this.circusd?.output ?? '');
    await this.#until(`line ${block.line}`, shown, printed);
  }

  /** A command that only reads is typed again until it shows what the page does. */
  async type({ command, output }: TypedCommand): Promise<void> {
    const run = () => {
      const shell = ['-c', `{ ${command}; } 2>&1`];
      const { stdout } = spawnSync('sh', shell, { cwd: this.#folder, env: this.#env });
      return linesOf(stdout.toString());
    };
    if (isReadOnly(command)) return await this.#until(command, output, run);
    const printed = run();
    assert.ok(isShown(output, printed), tell(command, output, printed));
  }

  async #until(
    what: string,
    shown: readonly string[],
    print: () => readonly string[],
  ): Promise<void> {
    let printed: readonly string[] = [];
    await waitUntil(
      () => {
        printed = print();
        return isShown(shown, printed);
      },
      { withinMs: 10_000, everyMs: 50 },
      () => tell(what, shown, printed),
    );
  }
}

function isReadOnly(line: string): boolean {
  const [program, name = ''] = line.split(' ');
  return program === 'circusctl' && findCommand(name)?.isReadOnly === true;
}

function tell(what: string, shown: readonly string[], printed: readonly string[]): string {
  return `${what}: ${page} shows\n${shown.join('\n')}\nand there is\n${printed.join('\n')}`;
}
