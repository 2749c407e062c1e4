/** A project that has the package from its tarball, as `npm install` would put it there. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** What npm says of a tarball that it has made. */
interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** A folder with node_modules. */
export interface Project {
  readonly folder: string;
  readonly packed: Packed;
  remove(): void;
}

/** Packs what is built, and makes a project with it; dependencies are those that `npm ci` has got. */
export function installTarball(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'circus-package-'));
  const made = spawnSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    { encoding: 'utf8' },
  );
  assert.equal(made.status, 0, made.stderr);
  const [packed]: Packed[] = JSON.parse(made.stdout);
  assert.ok(packed !== undefined, made.stdout);
  const modules = join(folder, 'node_modules');
  const target = join(modules, 'circus-node');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', [
    '-xzf',
    join(folder, packed.filename),
    '-C',
    target,
    '--strip-components=1',
  ]);
  for (const name of ['zeromq', 'koffi', 'pino', '@types/node']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(resolve('node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return { folder, packed, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
