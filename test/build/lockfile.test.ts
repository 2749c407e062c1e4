/** A fresh clone installs with `npm ci` alone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};

// npm leaves out what it could not look up when it wrote the file, and then refuses the file.
test('the lock file has every package that another one may want for some platform', () => {
  const wanted = Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ parent, name })),
  );
  const missing = wanted.filter(({ parent, name }) => {
    const places = [`node_modules/${name}`, `${parent}/node_modules/${name}`];
    return !places.some((place) => place in packages);
  });
  assert.ok(wanted.length > 0);
  assert.deepEqual(missing, []);
});

test('the lock file names no place to download from', () => {
  const lock = readFileSync('package-lock.json', 'utf8');
  assert.doesNotMatch(lock, /"resolved": "(?!build\/no-unix-dgram")/);
});
