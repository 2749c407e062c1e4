// Bundles every program into one CommonJS file (an ESM start-up costs half as much again as a bare
// node), and every test, bench and chaos file into one module each.
//
//   node build/build.js            everything
//   node build/build.js programs   only what a user runs
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { buildConsole } from './console.js';
import { generate } from './generate.js';
import { programs } from './programs.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  sourcemap: true,
  define: { CIRCUS_VERSION: JSON.stringify(version) },
};

/**
 * Native packages, those with worker threads and those that look for files of their own keep their
 * files; all else is bundled.
 */
const external = ['zeromq', 'koffi', 'pino', 'blessed'];

/** What a plugin is loaded from: each built-in is a bundle of its own, as a stranger's is a file. */
const builtIns = 'services/plugin-runner/catalog';

function filesBelow(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .map((file) => join(folder, file))
    .filter((file) => file.endsWith(ending));
}

async function buildProgram(name, source) {
  await build({
    ...common,
    entryPoints: [{ in: source, out: name }],
    format: 'cjs',
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    external,
    ...(name === 'circusd' && { alias: { 'node:child_process': './build/no-child-process.js' } }),
  });
}

async function buildPrograms() {
  await Promise.all(Object.entries(programs).map(([name, source]) => buildProgram(name, source)));
  await build({
    ...common,
    entryPoints: filesBelow(builtIns, '.ts'),
    format: 'cjs',
    outdir: 'dist/plugins',
    outExtension: { '.js': '.cjs' },
    // hot-shots asks for it when it writes to a UNIX socket, which no plugin does; it compiles.
    external: [...external, 'unix-dgram'],
  });
  await buildModuleForPlugins();
}

/** `circus-node/plugin`, which plugins of users import: one file, and its types. */
async function buildModuleForPlugins() {
  await build({
    ...common,
    entryPoints: [{ in: 'libs/plugin/exports.ts', out: 'plugin' }],
    format: 'cjs',
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
  });
  execFileSync('node_modules/.bin/tsc', ['-p', 'build/types'], { stdio: 'inherit' });
  // In the package there are no #libs: types are found by their files.
  for (const file of filesBelow('dist/types', '.d.ts')) {
    const up = relative(dirname(file), 'dist/types');
    const text = readFileSync(file, 'utf8')
      .replaceAll(/'#libs\/([\w-]+)'/g, `'${up}/$1/index.js'`)
      .replaceAll(/'(\.[^']+)\.ts'/g, "'$1.js'");
    writeFileSync(file, text);
  }
}

async function buildModules(entryPoints, outdir, outbase) {
  if (entryPoints.length === 0) return;
  rmSync(outdir, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints,
    format: 'esm',
    outdir,
    outbase,
    outExtension: { '.js': '.mjs' },
    packages: 'external',
  });
}

const only = process.argv[2];
await generate();
await Promise.all([buildPrograms(), buildConsole()]);
if (only !== 'programs') {
  await buildModules(filesBelow('test', '.test.ts'), 'dist/test', 'test');
  for (const kind of ['bench', 'chaos', 'screenshots']) {
    const mains = filesBelow('test', 'main.ts').filter((file) =>
      file.startsWith(join('test', kind)),
    );
    await buildModules(mains, join('dist', kind), join('test', basename(kind)));
  }
}
