/** What the documents show can be done, and what they point at is there. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findCommand } from '#libs/commands';
import { readConfig } from '#libs/config';

const documents = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/glossary.md',
  'examples/README.md',
];

for (const document of documents) {
  const text = readFileSync(document, 'utf8');

  test(`${document} points at files that are there`, () => {
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].flatMap(
      ([, path]) => path ?? [],
    );
    const missing = targets.filter((path) => !existsSync(join(dirname(document), path)));
    assert.deepEqual(missing, []);
  });

  test(`${document} shows configurations without fault`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'circus-documents-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const [, block = ''] of text.matchAll(/^```ini\n(.*?)^```/gms)) {
      const file = join(folder, 'shown.ini');
      writeFileSync(file, block);
      const { faults, warnings } = readConfig(file, process.env);
      assert.deepEqual({ block, faults, warnings }, { block, faults: [], warnings: [] });
    }
  });

  test(`${document} types commands that circusctl has`, () => {
    const typed = [...text.matchAll(/(?:\$ (?:npx )?|`|bin\/)circusctl(?:\.js)? ([a-z]+)\b/g)];
    const unknown = typed.flatMap(([, word = '']) => (findCommand(word) ? [] : word));
    assert.deepEqual(unknown, []);
  });

  test(`${document} names npm scripts that there are`, () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...text.matchAll(/npm run ([a-z]+)/g)].flatMap(([, name]) => name ?? []);
    assert.deepEqual(
      named.filter((name) => scripts[name] === undefined),
      [],
    );
  });
}

test('README.md begins with the two commands of a newcomer', () => {
  const text = readFileSync('README.md', 'utf8');
  for (const command of ['npm ci && npm start', 'npm cit']) {
    assert.ok(text.includes(`\n\`\`\`\n${command}\n\`\`\`\n`), command);
  }
});
