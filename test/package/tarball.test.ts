/** The package as it is published: complete, typed, and its programs of the manual run (5.9, 5.1). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { readBlocks } from '../docs/fenced-blocks.ts';
import { Program, until } from '../examples/run-program.ts';
import { installTarball, type Project } from './installed.ts';

let project: Project;
before(() => {
  project = installTarball();
  cpSync('examples/library', project.folder, { recursive: true });
  const program = join(project.folder, 'myprogram');
  writeFileSync(program, '#!/bin/sh\nexec sleep 600\n');
  chmodSync(program, 0o755);
  const examples = readdirSync('examples/library').filter((file) => file.endsWith('.ts'));
  const files = [...examples, ...writeBlocks(project.folder)];
  writeFileSync(join(project.folder, 'tsconfig.json'), JSON.stringify(strict(files)));
});
after(() => project.remove());

/** The programs that the page shows, a file each. */
function writeBlocks(folder: string): string[] {
  const blocks = readBlocks(readFileSync('docs/library.md', 'utf8'));
  return blocks
    .filter(({ language }) => language === 'ts')
    .map(({ lines, line }) => {
      const name = `library-md-${line}.ts`;
      writeFileSync(join(folder, name), lines.join('\n'));
      return name;
    });
}

/** As strict as it gets, declarations of the package included. */
function strict(files: readonly string[]) {
  return {
    compilerOptions: {
      target: 'es2023',
      lib: ['es2023'],
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      skipLibCheck: false,
      types: ['node'],
    },
    files,
  };
}

test('the tarball has programs, types, manual pages and notices, and nothing else', () => {
  const paths = project.packed.files.map(({ path }) => path);
  const { bin, man, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    bin: Record<string, string>;
    man: string[];
    exports: Record<string, string | Record<string, string>>;
  };
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  const named = [...Object.values(bin), ...man, ...targets.map((path) => path.replace('./', ''))];
  const needed = [...named, 'LICENSE', 'README.md', 'dist/notices.txt'];
  assert.deepEqual(
    needed.filter((path) => !paths.includes(path)),
    [],
  );
  const allowed = /^(bin|dist|docs|examples)\/|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/;
  const strange = paths.filter((path) => !allowed.test(path) || /\.map$|(^|\/)test\//.test(path));
  assert.deepEqual(strange, []);
  // Mostly circusd, its companions and their dependencies, each in one file.
  assert.ok(project.packed.size < 2_000_000, `${project.packed.size} bytes`);
});

test('the programs of the manual and of docs/library.md compile as TypeScript that is strict about everything', () => {
  const tsc = spawnSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', '.'], {
    cwd: project.folder,
    encoding: 'utf8',
  });
  assert.equal(tsc.status, 0, tsc.stdout + tsc.stderr);
});

test('CommonJS code is typed and loaded as CommonJS', () => {
  const code = `const { getArbiter, Process, CircusClient, CircusConsumer, CircusPlugin } = require('circus-node');
    console.log([getArbiter, Process, CircusClient, CircusConsumer, CircusPlugin].map((it) => typeof it).join());`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
    cwd: project.folder,
    encoding: 'utf8',
  });
  assert.equal(stdout, 'function,function,function,function,function\n', stderr);
});

/** Runs an example where `myprogram` is found; its endpoints are in the project's folder. */
function runExample(t: TestContext, name: string): Program {
  const path = join(project.folder, `${name}.js`);
  const endpoints = ['controller', 'pubsub_endpoint'].map((option) => {
    return `${option}: 'ipc://${project.folder}/${name}.${option}'`;
  });
  const text = readFileSync(path, 'utf8')
    .replace("'myprogram', 4", `'myprogram', { numprocesses: 4, ${endpoints.join()} }`)
    .replace(
      '{ background: true, check_delay',
      `{ ${endpoints.join()}, background: true, check_delay`,
    );
  const file = join(project.folder, `${name}.run.js`);
  writeFileSync(file, text);
  const PATH = `${project.folder}:${process.env['PATH']}`;
  return new Program(t, ['/usr/bin/env', `PATH=${PATH}`, process.execPath, file], project.folder);
}

function childrenOf(pid: number): number[] {
  const found = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout;
  return found
    .split('\n')
    .map(Number)
    .filter((child) => child > 0);
}

test('four processes for ever: one that is killed is replaced, and none is left', async (t) => {
  const program = runExample(t, 'four');
  const pids = (): number[] => childrenOf(program.pid);
  await until(
    () => pids().length === 4,
    () => `${pids()} ${program.output}`,
  );
  const [victim = 0] = pids();
  process.kill(victim, 'SIGKILL');
  await until(
    () => pids().length === 4 && !pids().includes(victim),
    () => `${pids()} ${program.output}`,
  );
  const last = pids();
  assert.equal(await program.stop(), 0, program.output);
  assert.deepEqual(
    last.filter((pid) => childrenOf(1).includes(pid)),
    [],
  );
});

test('watchers of getArbiter, and their events until the end', async (t) => {
  const program = runExample(t, 'get-arbiter');
  await until(
    () => program.output.includes('4 processes of 2 watchers'),
    () => program.output,
  );
  const [victim = 0] = childrenOf(program.pid);
  process.kill(victim, 'SIGKILL');
  await until(
    () => program.output.includes(`.reap ${victim}`),
    () => program.output,
  );
  assert.equal(await program.stop(), 0, program.output);
  assert.match(program.output, /watcher\.ticker\.stop/);
});

test('one process, as the manual has it', async (t) => {
  const program = runExample(t, 'process');
  assert.equal(await program.ended, 0, program.output);
  assert.match(program.output, /mem_info1: [\s\S]*true\ntrue\nNo such process \(stopped\?\)\n$/);
});

test('the classes one by one', async (t) => {
  const program = runExample(t, 'classes');
  assert.equal(await program.ended, 0, program.output);
  assert.match(program.output, /^3 4\n\[ 'late active', 'web active' \]\n$/);
});
