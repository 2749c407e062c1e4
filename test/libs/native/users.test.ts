import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { resolveGroup, resolveUser, supplementaryGroups, UnknownAccountError } from '#libs/native';

describe('users', () => {
  test('are found by name and by number', () => {
    const { uid, gid, name, home, shell } = resolveUser('root');
    assert.deepEqual([uid, gid, name, home], [0, 0, 'root', '/root']);
    assert.match(shell, /^\//);
    assert.deepEqual(resolveUser(0), resolveUser('root'));
    assert.deepEqual(resolveUser('0'), resolveUser('root'));
  });

  test('that do not exist are named by the error', () => {
    for (const value of ['no-such-user', 3_999_999_999, '-1', '']) {
      assert.throws(
        () => resolveUser(value),
        (error) => {
          assert.ok(error instanceof UnknownAccountError);
          return error.message.includes(`"${value}"`);
        },
      );
    }
  });

  test('have the groups that id(1) tells', () => {
    for (const name of ['root', 'nobody']) {
      const expected = execFileSync('id', ['-G', name], { encoding: 'utf8' }).trim().split(' ');
      const groups = supplementaryGroups(name, resolveUser(name).gid);
      assert.deepEqual(groups.map(String).sort(), expected.sort());
    }
  });
});

describe('groups', () => {
  test('are found by name, and by number whether or not it has a name', () => {
    assert.deepEqual(resolveGroup('root'), { gid: 0, name: 'root' });
    assert.deepEqual(resolveGroup(0), { gid: 0, name: 'root' });
    assert.deepEqual(resolveGroup('54321'), { gid: 54_321, name: '54321' });
  });

  test('that do not exist are named by the error', () => {
    assert.throws(() => resolveGroup('no-such-group'), /"no-such-group"/);
  });
});
