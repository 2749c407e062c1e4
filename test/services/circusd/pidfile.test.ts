import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { removePidfile, writePidfile } from '../../../services/circusd/pidfile.ts';

function pidfileIn(t: TestContext): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'circus-pidfile-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { folder, path: join(folder, 'circusd.pid') };
}

test('has mode 644 whatever the umask is, and nothing else is left in the folder', (t) => {
  const { folder, path } = pidfileIn(t);
  const umask = process.umask(0o077);
  try {
    writePidfile(path);
  } finally {
    process.umask(umask);
  }
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.equal(readFileSync(path, 'utf8'), `${process.pid}\n`);
  assert.deepEqual(readdirSync(folder), ['circusd.pid']);
  removePidfile(path);
  assert.deepEqual(readdirSync(folder), []);
});

test('takes over what is stale, its own or no pid at all; never what a live process has', (t) => {
  const { folder, path } = pidfileIn(t);
  for (const stale of ['4194999\n', `${process.pid}\n`, '', 'rubbish\n']) {
    writeFileSync(path, stale);
    writePidfile(path);
    assert.equal(readFileSync(path, 'utf8'), `${process.pid}\n`);
  }
  writeFileSync(path, `${process.ppid}\n`);
  assert.throws(() => writePidfile(path), {
    message: `pid file '${path}' is stale, current pid ${process.ppid}`,
  });
  removePidfile(path);
  assert.equal(readFileSync(path, 'utf8'), `${process.ppid}\n`);
  assert.deepEqual(readdirSync(folder), ['circusd.pid']);
});

test('follows a link, and neither moves a device nor a directory away', (t) => {
  const { folder, path } = pidfileIn(t);
  assert.throws(() => writePidfile(folder), { code: 'EISDIR' });
  writePidfile('/dev/null');
  assert.equal(statSync('/dev/null').isCharacterDevice(), true);
  const target = join(folder, 'target');
  writeFileSync(target, '');
  symlinkSync(target, path);
  writePidfile(path);
  assert.equal(readFileSync(target, 'utf8'), `${process.pid}\n`);
  assert.deepEqual(readdirSync(folder).sort(), ['circusd.pid', 'target']);
});
