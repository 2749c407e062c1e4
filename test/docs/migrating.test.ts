/** docs/migrating.md: what it calls options here are options. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { circusTable, isWatcherOption, socketTable } from '#libs/config';

/** Words of the right column that are no options: sections, programs, code. */
const isOption = /^(?:[a-z]+_)+[a-z]+(?:\.[a-z_]+)?$/;

/** Options of plugins, of which the rows of the page name these. */
const ofPlugins = new Set(['max_mem']);

test('every option that the tables name is one of circusd', () => {
  const rows = readFileSync('docs/migrating.md', 'utf8').split('\n');
  const right = rows.flatMap((row) => {
    const [, , cell] = /^\| (.*?) \| (.*) \|$/.exec(row) ?? [];
    return cell === undefined ? [] : [cell];
  });
  const named = right
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code))
    .map((code) => code.replace(/ = .*$/, ''))
    .filter((code) => isOption.test(code));
  assert.ok(named.length > 30, `only ${named.length} options were found`);
  const known = new Set([...circusTable, ...socketTable].map(({ name }) => String(name)));
  const unknown = named.filter(
    (name) => !isWatcherOption(name) && !known.has(name) && !ofPlugins.has(name),
  );
  assert.deepEqual(unknown, []);
});
