// Bundles every program into one CommonJS file (an ESM start-up costs half as much again as a bare
// node), and every test, bench and chaos file into one module each.
//
//   node build/build.js            everything
//   node build/build.js programs   only what a user runs
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { buildConsole } from './console.js';
import { generate } from './generate.js';
import { writeNotices } from './notices.js';
import { modules, programs } from './programs.js';
import { writeTypes } from './types.js';

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

/** One CommonJS file a program or module; what it bundles is in the result. */
async function bundle(entryPoints, outdir, more = {}) {
  return await build({
    ...common,
    entryPoints,
    format: 'cjs',
    outdir,
    outExtension: { '.js': '.cjs' },
    external,
    metafile: true,
    ...more,
  });
}

async function buildPrograms() {
  const noChildProcess = { alias: { 'node:child_process': './build/no-child-process.js' } };
  const results = await Promise.all([
    ...Object.entries({ ...programs, ...modules }).map(([name, source]) =>
      bundle([{ in: source, out: name }], 'dist', name === 'circusd' ? noChildProcess : {}),
    ),
    // hot-shots asks for unix-dgram when it writes to a UNIX socket, which no plugin does; it compiles.
    bundle(filesBelow(builtIns, '.ts'), 'dist/plugins', { external: [...external, 'unix-dgram'] }),
  ]);
  writeNotices(results, 'dist/notices.txt');
  writeTypes(Object.values(modules), 'dist/types');
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
