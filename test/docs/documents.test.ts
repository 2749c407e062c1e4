/** What the pages show can be done, and what they point at is there. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkWordCount } from '#libs/commands';
import { readConfig, splitWords } from '#libs/config';
import { readInvocation } from '../../services/circusctl/invocation.ts';
import { type FencedBlock, readBlocks } from './fenced-blocks.ts';

const pages = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'examples/README.md'],
  ...readdirSync('docs', { recursive: true })
    .map((file) => join('docs', String(file)))
    .filter((file) => file.endsWith('.md')),
].sort();

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};

for (const page of pages) {
  const text = readFileSync(page, 'utf8');
  const blocks = readBlocks(text);

  test(`${page}: links lead to files that are there`, () => {
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].flatMap(
      ([, path]) => path ?? [],
    );
    const missing = targets.filter((path) => !existsSync(join(dirname(page), path)));
    assert.deepEqual(missing, []);
  });

  test(`${page}: npm scripts are there`, () => {
    const named = [...text.matchAll(/npm run ([a-z]+)/g)].map(([, name = '']) => name);
    assert.deepEqual(
      named.filter((name) => scripts[name] === undefined),
      [],
    );
  });

  test(`${page}: every configuration is read without a fault or a warning`, (t) => {
    for (const block of blocks.filter(({ language }) => language === 'ini')) {
      const found = faultsIn(t, block);
      if (block.words.includes('faulty')) assert.notDeepEqual(found, [], `line ${block.line}`);
      else assert.deepEqual(found, [], `line ${block.line}`);
    }
  });

  test(`${page}: every line of circusctl is one that can be typed`, async () => {
    const typed = blocks.filter(({ language }) => ['', 'console', 'sh'].includes(language));
    for (const line of typed.flatMap(({ lines }) => lines)) {
      for (const words of typedLines(line)) await checkLine(words, { isWhole: true });
    }
    for (const [, code = ''] of text.matchAll(/`([^`\n]+)`/g)) {
      for (const words of typedLines(code)) await checkLine(words, { isWhole: false });
    }
  });
}

function faultsIn(t: TestContext, { lines }: FencedBlock): readonly unknown[] {
  const folder = mkdtempSync(join(tmpdir(), 'circus-docs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'circus.ini');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const { faults, warnings } = readConfig(file, process.env);
  // What a page includes is not there.
  return [...faults, ...warnings.filter(({ key }) => key !== 'include')];
}

/**
 * Calls of circusctl at the beginning of a line or within `$(...)`, up to what ends a command in a
 * shell; usages are none.
 */
function typedLines(line: string): string[] {
  const start = /(?:^(?:\$ )?(?:npx )?(?:\.\.\/bin\/)?|\()circusctl(?:\.js)? /.source;
  const words = /((?:'[^']*'|"[^"]*"|[^|;&>)#'"])+)/.source;
  const calls = line.matchAll(new RegExp(start + words, 'g'));
  return [...calls].map(([, typed = '']) => typed.trim()).filter((typed) => !/[<[{]/.test(typed));
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

test('README.md begins with the two commands of a newcomer', () => {
  const text = readFileSync('README.md', 'utf8');
  for (const command of ['npm ci && npm start', 'npm cit']) {
    assert.ok(text.includes(`\n\`\`\`\n${command}\n\`\`\`\n`), command);
  }
});
