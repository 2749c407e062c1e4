import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesPattern } from '#libs/config';

/** Pattern, text, and what Python's fnmatch says. */
const rows: readonly (readonly [string, string, boolean])[] = [
  ['', '', true],
  ['*', '', true],
  ['a*c', 'abbbc', true],
  ['a*c', 'abbb', false],
  ['*a*b', 'xaxxab', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['[abc]x', 'bx', true],
  ['[a-c]x', 'dx', false],
  ['[!a-c]x', 'dx', true],
  ['[]]', ']', true],
  ['[!]]', ']', false],
  ['[a-]', '-', true],
  ['[z-a]', 'm', false],
  ['[ab', '[ab', true],
  ['a.c', 'abc', false],
  ['a[*]c', 'a*c', true],
  ['a\\b', 'a\\b', true],
  ['*', 'a\nb', true],
];

for (const [pattern, text, expected] of rows) {
  test(`'${pattern}' ${expected ? 'matches' : 'does not match'} ${JSON.stringify(text)}`, () => {
    assert.equal(matchesPattern(text, pattern), expected);
  });
}

test('agrees with the regular expression for stars and question marks', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 });
  const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 });
  const property = fc.property(letters, text, (pattern, characters) => {
    const expression = pattern.join('').replaceAll('*', '.*').replaceAll('?', '.');
    const expected = new RegExp(`^${expression}$`).test(characters.join(''));
    assert.equal(matchesPattern(characters.join(''), pattern.join('')), expected);
  });
  fc.assert(property, { numRuns: 1000 });
});

test('many stars take no time', () => {
  const started = performance.now();
  assert.equal(matchesPattern('a'.repeat(2000), `${'*a'.repeat(40)}b`), false);
  assert.ok(performance.now() - started < 1000);
});
