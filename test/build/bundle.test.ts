/** What was built keeps the promises that the linter cannot see into dependencies for. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Modules that the bundle asks for when it runs. */
function requiredBy(bundle: string): Set<string> {
  const calls = readFileSync(bundle, 'utf8').matchAll(
    /\b(?:require|import)\(\s*["']([^"']+)["']\s*\)/g,
  );
  return new Set([...calls].flatMap(([, name]) => name ?? []));
}

test('circusd starts processes by nothing but its own posix_spawn', () => {
  const required = requiredBy('dist/circusd.cjs');
  assert.ok(required.has('koffi'), 'the bundle is not read as it should be');
  const found = [...required].filter((name) =>
    /^(node:)?child_process$|^execa$|^pidusage$/.test(name),
  );
  assert.deepEqual(found, []);
});

test('what circusd asks for does not ask for them either', () => {
  const script = `
    const { Module } = require('node:module');
    const load = Module._load;
    Module._load = function (name, ...rest) {
      if (/child_process|execa|pidusage/.test(name)) console.log('asked for ' + name);
      return load.call(this, name, ...rest);
    };
    process.argv = [process.argv[0], 'circusd', '--version'];
    require('./dist/circusd.cjs');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/, stderr);
});

test('our programs ask for no package that is not installed with them', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const installed = new Set(Object.keys(dependencies));
  for (const bundle of [
    'dist/circusd.cjs',
    'dist/circusctl.cjs',
    'dist/circusd-stats.cjs',
    'dist/circus-top.cjs',
  ]) {
    const packages = [...requiredBy(bundle)].filter((name) => !isBuiltIn(name));
    assert.deepEqual(
      packages.filter((name) => !installed.has(name)),
      [],
      bundle,
    );
  }
});

function isBuiltIn(name: string): boolean {
  return name.startsWith('node:') || process.getBuiltinModule(name) !== undefined;
}
