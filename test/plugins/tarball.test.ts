/** A plugin outside the repository, in TypeScript against what npm would install, added by ini alone. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { configText, makeFolder, Program } from '../system/daemon.ts';
import { until, within } from '../system/until.ts';

const tsconfig = {
  compilerOptions: {
    ...{ module: 'nodenext', target: 'es2022', strict: true, types: ['node'], outDir: 'built' },
    ...{ noImplicitOverride: true, exactOptionalPropertyTypes: true, rootDir: '.' },
    // What the package brings is checked too.
    skipLibCheck: false,
  },
  files: ['logger.ts'],
};

test('a plugin compiles against the tarball, and runs with the circusd of the tarball', async (t) => {
  const folder = makeFolder(t);
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  execFileSync('tar', ['xf', join(folder, filename), '-C', folder]);
  // As `npm install` would lay it out; the packages that it needs are those of the repository.
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  cpSync(join(folder, 'package'), join(modules, 'circus-node'), { recursive: true });
  for (const name of readdirSync('node_modules').filter((one) => !one.startsWith('.'))) {
    symlinkSync(resolve('node_modules', name), join(modules, name));
  }
  cpSync('examples/plugins/logger.ts', join(folder, 'logger.ts'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  const tsc = spawnSync(resolve('node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
  assert.equal(tsc.stdout, '');
  assert.equal(tsc.status, 0);
  const ini =
    '[watcher:web]\ncmd = sleep 600\n[plugin:logger]\nuse = ./built/logger.js#Logger\nfilename = events.log\n';
  writeFileSync(join(folder, 'circus.ini'), configText(folder, ini));
  const circusd = new Program(
    [process.execPath, join(modules, 'circus-node/bin/circusd.js'), 'circus.ini'],
    { cwd: folder },
  );
  t.after(async () => {
    circusd.kill('SIGTERM');
    await within('circusd ends', circusd.ended, 10_000);
  });
  await until(
    'the plugin has started',
    () => circusd.stderr,
    (log) => /plugin:logger\[\d+\] \[INFO\] Starting/.test(log),
  );
  const ctl = [
    join(modules, 'circus-node/bin/circusctl.js'),
    '--endpoint',
    `ipc://${folder}/control`,
  ];
  const log = join(folder, 'events.log');
  await until('it logs', () => {
    execFileSync(process.execPath, [...ctl, 'incr', 'web']);
    return existsSync(log) && /^watcher\.web\.spawn::\{"time":/m.test(readFileSync(log, 'utf8'));
  });
});
