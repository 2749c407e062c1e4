/** docs/architecture.md, "How to add a command": one file more, and nothing else (manual 5.20). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Program, until } from '../examples/run-program.ts';
import { readBlocks } from './fenced-blocks.ts';

/** What is built from; all else of the repository has no part in it. */
const sources = ['bin', 'build', 'docs', 'libs', 'package.json', 'services', 'tsconfig.json'];

/** A copy of the repository with the command that the page adds. */
function withNewCommand(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-command-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of sources) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const page = readFileSync('docs/architecture.md', 'utf8');
  const file = readBlocks(page)
    .map(({ lines }) => lines.join('\n'))
    .find((text) => text.includes('defineCommand'));
  const [, name] = /name: '(\w+)'/.exec(file ?? '') ?? [];
  assert.equal(name, 'numalive');
  writeFileSync(join(folder, 'libs/commands/catalog', `${name}.ts`), `${file}\n`);
  return folder;
}

test('a command is added by its file alone: sent, typed, printed, documented', async (t) => {
  const folder = withNewCommand(t);
  const built = spawnSync(process.execPath, ['build/build.js', 'programs'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(built.status, 0, built.stderr);
  const endpoint = `ipc://${folder}/control`;
  writeFileSync(
    join(folder, 'circus.ini'),
    `[circus]\nendpoint = ${endpoint}\npubsub_endpoint = ipc://${folder}/events\n` +
      '[watcher:a]\ncmd = sleep 600\nnumprocesses = 3\n[watcher:b]\ncmd = sleep 600\n',
  );
  const circusctl = (...words: string[]): string => {
    const program = [join(folder, 'bin/circusctl.js'), '--endpoint', endpoint, ...words];
    const { stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8' });
    return stdout + stderr;
  };
  const circusd = new Program(t, [process.execPath, 'bin/circusd.js', 'circus.ini'], folder);
  await until(
    () => circusd.output.includes('Arbiter now waiting'),
    () => circusd.output,
  );
  assert.equal(circusctl('numalive'), '4\n');
  assert.deepEqual(JSON.parse(circusctl('--json', 'numalive')).numalive, 4);
  assert.match(circusctl('numalive', '--help'), /How many processes circusd has, of all watchers/);
  assert.equal(await circusd.stop(), 0);
  const pages = readdirSync(join(folder, 'docs/reference'));
  assert.ok(pages.includes('commands.md'));
  const page = readFileSync(join(folder, 'docs/reference/commands.md'), 'utf8');
  assert.match(page, /numalive/);
});
