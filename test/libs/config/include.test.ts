import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { type ConfigReading, readConfig } from '#libs/config';
import { faultLines, readFiles, writeFiles } from './read-text.ts';

const watcher = (name: string, more = '') => `[watcher:${name}]\ncmd = ${name}\n${more}`;
const names = ({ config }: ConfigReading) => config.watchers.map(({ name }) => name);

test('includes files and patterns relative to the file that names them', (t) => {
  const reading = readFiles(
    t,
    {
      'circus.ini': '[circus]\ninclude = one.ini sub/*.ini\n  $(circus.env.EXTRA)\n',
      'one.ini': watcher('one'),
      'sub/two.ini': `[circus]\ninclude = deep/three.ini\n${watcher('two')}`,
      'sub/.hidden.ini': watcher('hidden'),
      'sub/other.txt': watcher('other'),
      'sub/deep/three.ini': watcher('three'),
      'four.ini': watcher('four'),
    },
    { EXTRA: 'f[aeiou]ur.ini' },
  );
  assert.deepEqual(names(reading), ['four', 'one', 'three', 'two']);
  assert.deepEqual([reading.faults, reading.warnings], [[], []]);
  assert.deepEqual(
    reading.config.files.map((file) => relative(reading.folder, file)),
    ['circus.ini', 'one.ini', 'sub/two.ini', 'sub/deep/three.ini', 'four.ini'],
  );
});

test('includes directories at any depth, and each file once', (t) => {
  const files = {
    'circus.ini': '[circus]\ninclude_dir = conf.d\ninclude = conf.d/*.ini',
    'conf.d/a.ini': watcher('a'),
    'conf.d/x/y/b.ini': watcher('b'),
    'conf.d/c.conf': watcher('c'),
  };
  const folder = writeFiles(t, files);
  symlinkSync('..', join(folder, 'conf.d/x/loop'));
  const reading = readConfig(join(folder, 'circus.ini'), {});
  assert.deepEqual(names(reading), ['a', 'b']);
  assert.deepEqual([reading.faults, reading.warnings], [[], []]);
});

test('lets what a file says win over what it includes, without a word', (t) => {
  const reading = readFiles(t, {
    'circus.ini': `[circus]\ninclude = a.ini\n${watcher('w', 'numprocesses = 1')}`,
    'a.ini': '[watcher:w]\nnumprocesses = 2\npriority = 3\n[circus]\ninclude = b.ini',
    'b.ini': '[watcher:w]\npriority = 4\nnice = 5',
  });
  const { numprocesses, priority, nice } = reading.config.watchers[0]?.options ?? {};
  assert.deepEqual([numprocesses, priority, nice], [1, 3, 5]);
  assert.deepEqual(reading.warnings, []);
});

test('warns of an include that matches nothing', (t) => {
  const { faults, warnings } = readFiles(t, {
    'circus.ini': '[circus]\ninclude = none.ini *.conf\ninclude_dir = nowhere circus.ini',
  });
  assert.deepEqual(faults, []);
  assert.deepEqual(
    warnings.map(({ line, message }) => [line, message]),
    [
      [2, 'none.ini matches no file: nothing is included'],
      [2, '*.conf matches no file: nothing is included'],
      [3, 'nowhere is no directory: nothing is included'],
      [3, 'circus.ini is no directory: nothing is included'],
    ],
  );
});

test('tells a loop of includes, and does not count a pattern that matches its own file', (t) => {
  const loop = readFiles(t, {
    'circus.ini': '[circus]\ninclude = a.ini',
    'a.ini': '[circus]\ninclude = b.ini',
    'b.ini': '[circus]\ninclude = a.ini',
  });
  assert.match(
    faultLines(loop.faults).join(),
    /^b\.ini:2: \[circus\] include = a\.ini: includes a file that includes this one/,
  );
  const itself = readFiles(t, { 'circus.ini': '[circus]\ninclude = ./circus.ini' });
  assert.equal(itself.faults.length, 1);
  const pattern = readFiles(t, {
    'circus.ini': '[circus]\ninclude = *.ini\ninclude_dir = .',
    'a.ini': watcher('a'),
  });
  assert.deepEqual([pattern.faults, names(pattern)], [[], ['a']]);
});

test('tells a file that cannot be read', (t) => {
  const folder = writeFiles(t, { 'circus.ini': '[circus]\ninclude = sub' });
  mkdirSync(join(folder, 'sub'));
  const { faults } = readConfig(join(folder, 'circus.ini'), {});
  assert.match(
    faultLines(faults).join(),
    /circus\.ini:2: \[circus\] include = sub: cannot be read: EISDIR/,
  );
  const missing = readConfig(join(folder, 'none.ini'), {});
  assert.match(faultLines(missing.faults).join(), /^none\.ini: cannot be read: ENOENT/);
  assert.deepEqual(missing.config.watchers, []);
});

test('names the included file in its faults', (t) => {
  const { faults } = readFiles(t, {
    'circus.ini': '[circus]\ninclude = a.ini\nzork = 1',
    'a.ini': '[watcher:w]\nuid =\nshell = x',
  });
  assert.deepEqual(faultLines(faults), [
    "circus.ini:3: [circus] zork = 1: 'zork' is no option of [circus]: remove it",
    'a.ini:3: [watcher:w] shell = x: "x" is not yes, true, on or 1, or no, false, off or 0',
  ]);
});
