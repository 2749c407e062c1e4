import assert from 'node:assert/strict';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  listUsers,
  putUser,
  removeUser,
  UsersFile,
  UsersFileError,
} from '../../../../services/httpd/access/users-file.ts';
import { makeFolder } from '../../../system/daemon.ts';

test('a password is right for its user alone, and is not in the file', async (t) => {
  const path = join(makeFolder(t), 'users');
  await putUser(path, 'anna', 'admin', 'correct horse');
  await putUser(path, 'ben', 'view', 'battery staple');
  const users = new UsersFile(path);
  assert.equal((await users.check('anna', 'correct horse'))?.role, 'admin');
  assert.equal(await users.check('ben', 'correct horse'), undefined);
  assert.equal(await users.check('eve', 'correct horse'), undefined);
  assert.doesNotMatch(readFileSync(path, 'utf8'), /horse|staple/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('the file is read again when it has changed', async (t) => {
  const path = join(makeFolder(t), 'users');
  await putUser(path, 'anna', 'admin', 'correct horse');
  await putUser(path, 'ben', 'admin', 'correct horse');
  const users = new UsersFile(path);
  assert.equal(users.find('ben')?.role, 'admin');
  removeUser(path, 'ben');
  // the same moment for the file system, perhaps
  utimesSync(path, new Date(), new Date(Date.now() + 5_000));
  assert.equal(users.find('ben'), undefined);
  assert.deepEqual(
    listUsers(path).map(({ name }) => name),
    ['anna'],
  );
});

test('what is wrong is told with its line', (t) => {
  const path = join(makeFolder(t), 'users');
  writeFileSync(path, '# users\nanna:root:x\n');
  assert.throws(() => new UsersFile(path).find('anna'), /users:2: no user; .*user add/);
  assert.throws(() => new UsersFile(`${path}.gone`).find('anna'), UsersFileError);
  assert.throws(() => removeUser(`${path}.gone`, 'anna'), UsersFileError);
});

test('a name that would break the file is refused', async (t) => {
  const path = join(makeFolder(t), 'users');
  await assert.rejects(putUser(path, 'a:b', 'view', 'correct horse'), /'a:b' is no user name/);
});
