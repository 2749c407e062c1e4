/** docs/reference and docs/man have everything that the tables have. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalog, flagsOf } from '#libs/commands';
import * as config from '#libs/config';
import { commonEventKeys, errorTable, eventTable } from '#libs/protocol';
import { sections } from '../../build/reference/sections.ts';

const reference = 'docs/reference';
const files = [reference, 'docs/man'].flatMap((folder) =>
  readdirSync(folder).map((file) => join(folder, file)),
);

function page(file: string): string {
  return readFileSync(join(reference, file), 'utf8');
}

/** The text from one heading to the next of its level. */
function part(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  assert.notEqual(start, -1, `${heading} is missing`);
  const level = heading.slice(0, heading.indexOf(' ') + 1);
  const end = lines.findIndex((line, at) => at > start && line.startsWith(level));
  return lines.slice(start, end === -1 ? undefined : end).join('\n');
}

/** Manual 5.5.1, and what release 0.19 and this circusd have added. */
const knownCommands = `add decr dstats get globaloptions incr ipython kill list listen listsockets
  numprocesses numwatchers options quit reload reloadconfig restart rm set signal start stats status
  stop config describe events reset version`.split(/\s+/);

/** Manual 5.18. */
const manualWords = [
  'arbiter',
  'controller',
  'flapping',
  'process',
  'worker',
  'pub/sub',
  'remote controller',
  'watcher',
];

test('every command of the protocol is there', () => {
  const names = catalog.map(({ name }) => name);
  assert.deepEqual(
    knownCommands.filter((name) => !names.includes(name)),
    [],
  );
});

for (const command of catalog) {
  test(`commands.md has ${command.name} with its flags and properties`, () => {
    const text = part(page('commands.md'), `## ${command.name}`);
    for (const { spelling, doc } of flagsOf(command)) {
      assert.ok(text.includes(`| \`${spelling}\` | ${doc} |`), spelling);
    }
    for (const [name, { kind, aliases = [], doc }] of Object.entries(command.properties)) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\` | ${kind}`));
      assert.ok(row?.includes(doc), name);
      for (const alias of aliases) assert.ok(row?.includes(`\`${alias}\``), alias);
    }
    assert.equal(text.includes('| `waiting` |'), command.canWait);
    assert.match(text, /```json/);
  });
}

test('commands.json has every command', () => {
  const { commands } = JSON.parse(page('commands.json')) as { commands: { name: string }[] };
  assert.deepEqual(
    commands.map(({ name }) => name),
    catalog.map(({ name }) => name),
  );
});

test('every option table is part of the reference', () => {
  const tables = Object.entries(config).filter(([name]) => name.endsWith('Table'));
  const shown = new Set<unknown>(sections.map(({ table }) => table));
  for (const [name, table] of tables) {
    assert.ok(shown.has(table), `${name} of libs/config: add it to build/reference/sections.ts`);
  }
});

for (const { name, table, families } of sections) {
  test(`[${name}] has every option, on the page, in the schema and in circus.ini(5)`, () => {
    const text = part(page('options.md'), `## [${name}]`);
    const schema = page('config.schema.json');
    const manual = readFileSync('docs/man/circus.ini.5', 'utf8');
    const [, ignored = ''] = text.split('**Accepted without effect**');
    for (const row of table) {
      assert.ok(text.includes(`| \`${row.name}\` |`), row.name);
      assert.ok(text.includes(row.doc), `${row.name}: its doc`);
      assert.ok(schema.includes(`"${row.name}": {`), `${row.name}: schema`);
      assert.ok(manual.includes(`\\fB${row.name}\\fR`), `${row.name}: manual page`);
      assert.equal(ignored.includes(`| \`${row.name}\` |`), row.isIgnored === true, row.name);
    }
    for (const { spelling, members } of families) {
      const prefix = spelling.replace(/[A-Z]+$/, '');
      for (const [member, doc] of Object.entries(members)) {
        assert.ok(text.includes(`| \`${prefix}${member}\` | ${doc} |`), `${prefix}${member}`);
      }
    }
  });
}

test('events.md has every event with its keys', () => {
  const text = page('events.md');
  for (const key of Object.keys(commonEventKeys)) assert.ok(text.includes(`| \`${key}\` |`), key);
  for (const [name, { when, keys }] of Object.entries(eventTable)) {
    const section = part(text, `## ${name}`);
    assert.ok(section.includes(when), name);
    for (const key of Object.keys(keys)) assert.ok(section.includes(`| \`${key}\` |`), key);
  }
});

test('glossary.md has the words of the manual', () => {
  const text = page('glossary.md');
  for (const word of manualWords) assert.match(text, new RegExp(`\\*\\*[^*]*\\b${word}\\b`), word);
});

test('errors.md has every code with its number', () => {
  const text = page('errors.md');
  for (const [code, { errno, meaning }] of Object.entries(errorTable)) {
    assert.ok(text.includes(`| ${errno} | \`${code}\` | ${meaning} |`), code);
  }
});

test('every program has a manual page, and package.json names all of them', () => {
  const { bin, man } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    bin: Record<string, string>;
    man: string[];
  };
  assert.deepEqual(man.toSorted(), files.filter((file) => file.startsWith('docs/man/')).sort());
  for (const name of Object.keys(bin)) {
    assert.ok(man.includes(`docs/man/${name}.1`), `${name}: write services/.../manual.ts`);
  }
});

test('manual pages are rendered without a warning', (t) => {
  const manuals = files.filter((file) => file.startsWith('docs/man/'));
  const isInstalled = spawnSync('man', ['--version']).status === 0;
  if (!isInstalled && process.env['CI'] !== 'true') return t.skip('man is missing: install man-db');
  for (const file of manuals) {
    const { stdout, stderr } = spawnSync('man', ['--warnings', '-l', file], { encoding: 'utf8' });
    assert.equal(stderr, '', file);
    assert.match(stdout, /^NAME\n/m, file);
  }
});

test('nothing that was to be filled in is left open', () => {
  for (const file of files) {
    assert.doesNotMatch(readFileSync(file, 'utf8'), /undefined|\{\{|\[object/, file);
  }
});

test('links within the reference lead somewhere', () => {
  for (const file of readdirSync(reference).filter((name) => name.endsWith('.md'))) {
    for (const [, target = '', anchor] of page(file).matchAll(/\]\(([\w.-]*)(?:#([\w-]+))?\)/g)) {
      const text = page(target === '' ? file : target);
      if (anchor !== undefined) assert.ok(text.includes(`\n## ${anchor}\n`), `${file}: ${anchor}`);
    }
  }
});
