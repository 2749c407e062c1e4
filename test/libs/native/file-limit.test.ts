import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { childFileLimit, fileLimitVariable, raiseFileLimit } from '#libs/native';
import { originalSoftLimit } from '../../../libs/native/file-limit.ts';
import { outputOf } from './children.ts';

function limitsFile(soft: number | string, hard: number | string): string {
  return `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}      ${hard}     files\n`;
}

describe('the limit of open files', () => {
  // Raised by Node: soft is what hard is.
  const cases: [string, number | null, string | undefined, string | undefined, number | null][] = [
    ['is what the environment says', 20_000, '300', limitsFile(1024, 20_000), 300],
    ['is never above the hard one', 20_000, 'unlimited', undefined, 20_000],
    ["is the parent's when the hard ones agree", 20_000, undefined, limitsFile(1024, 20_000), 1024],
    ['may be unlimited', null, undefined, limitsFile('unlimited', 'unlimited'), null],
    ["is 1024 under systemd's defaults", 524_288, undefined, limitsFile(9, 1_073_741_816), 1024],
    ['is both for LimitNOFILE of systemd', 65_536, '', limitsFile(9, 1_073_741_816), 65_536],
    ['is the hard one when nobody can tell', 20_000, 'much', undefined, 20_000],
  ];
  for (const [title, hard, environment, parent, expected] of cases) {
    test(title, () => {
      assert.equal(originalSoftLimit({ soft: hard, hard }, environment, parent), expected);
    });
  }

  test('of a child is the one before Node raised it, and circusd keeps its own', async () => {
    process.env[fileLimitVariable] = '321';
    raiseFileLimit();
    assert.equal(process.env[fileLimitVariable], undefined);
    const own = (): string | undefined =>
      /^Max open files.*$/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[0];
    const before = own();
    assert.equal(childFileLimit(), 321);
    assert.equal(await outputOf({ argv: ['sh', '-c', 'ulimit -Sn'] }), '321\n');
    assert.equal(own(), before);
    assert.notEqual(await outputOf({ argv: ['sh', '-c', 'ulimit -Hn'] }), '321\n');
  });
});
