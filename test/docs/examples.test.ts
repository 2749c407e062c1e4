/** What the pages say to write and to type is right: configurations, and lines of circusctl. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkWordCount } from '#libs/commands';
import { readConfig, splitWords } from '#libs/config';
import { readInvocation } from '../../services/circusctl/invocation.ts';
import { type FencedBlock, readBlocks } from './fenced-blocks.ts';

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'examples/README.md'].filter((page) => existsSync(page)),
  ...readdirSync('docs', { recursive: true })
    .map((file) => join('docs', String(file)))
    .filter((file) => file.endsWith('.md')),
].sort();

for (const page of pages) {
  const text = readFileSync(page, 'utf8');
  const blocks = readBlocks(text);

  test(`${page}: every configuration is read without a fault`, (t) => {
    for (const block of blocks.filter(({ language }) => language === 'ini')) {
      const found = faultsIn(t, block);
      if (block.words.includes('faulty')) assert.notDeepEqual(found, [], `line ${block.line}`);
      else assert.deepEqual(found, [], `line ${block.line}`);
    }
  });

  test(`${page}: every line of circusctl is one that can be typed`, async () => {
    for (const line of blocks.flatMap(({ lines }) => lines)) {
      for (const typed of typedLines(line)) await checkLine(typed, { isWhole: true });
    }
    for (const [, code = ''] of text.matchAll(/`([^`\n]+)`/g)) {
      for (const typed of typedLines(code)) await checkLine(typed, { isWhole: false });
    }
  });
}

function faultsIn(t: TestContext, { lines }: FencedBlock): readonly unknown[] {
  const folder = mkdtempSync(join(tmpdir(), 'circus-docs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'circus.ini');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return readConfig(file, process.env).faults;
}

/** Calls of circusctl in a line of code, up to what ends a command in a shell; usages are none. */
function typedLines(line: string): string[] {
  const calls = line.matchAll(/(?:^|[ (/])circusctl(?:\.js)? ((?:'[^']*'|"[^"]*"|[^|;&>)#'"])+)/g);
  return [...calls].map(([, words = '']) => words.trim()).filter((words) => !/[<[{]/.test(words));
}

/** A line in running text may only name a command. */
async function checkLine(words: string, { isWhole }: { isWhole: boolean }): Promise<void> {
  const where = `circusctl ${words}`;
  const invocation = await readInvocation(splitWords(words)).catch((error: Error) => {
    assert.fail(`${where}: ${error.message}`);
  });
  if (invocation.kind !== 'command' || !isWhole) return;
  assert.doesNotThrow(() => checkWordCount(invocation.command, invocation.line), where);
}
