// Writes the files that are made from the tree, so that adding a command is adding its file.
//
//   node build/generate.js           writes what has changed
//   node build/generate.js --check   exits 1 when a committed file is not what would be written
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

function camelCase(name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

/** libs/commands/catalog.ts: the list of all files of libs/commands/catalog/. */
function commandCatalog() {
  const names = readdirSync('libs/commands/catalog')
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
  const imports = names.map((name) => `import { ${camelCase(name)} } from './catalog/${name}.ts';`);
  const rows = names.map((name) => `  ${camelCase(name)},`);
  return [
    '// Generated from the files of catalog/ by `npm run generate`; never edited.',
    ...imports,
    "import type { Command } from './command.ts';",
    '',
    '/** Every command of circusd and circusctl, sorted by name. */',
    'export const catalog: readonly Command[] = [',
    ...rows,
    '];',
    '',
  ].join('\n');
}

/** build/reference/programs.ts: the list of all services that describe themselves in a manual.ts. */
function programList() {
  const names = readdirSync('services')
    .filter((name) => existsSync(`services/${name}/manual.ts`))
    .sort();
  return [
    '// Generated from services/*/manual.ts by `npm run generate`; never edited.',
    ...names.map((name) => {
      return `import { manual as ${camelCase(name)} } from '../../services/${name}/manual.ts';`;
    }),
    "import type { ProgramManual } from './program-manual.ts';",
    '',
    '/** The manual of every program, given the version of the package. */',
    'export const manuals: Readonly<Record<string, (version: string) => ProgramManual>> = {',
    ...names.map((name) => `  ${camelCase(name)},`),
    '};',
    '',
  ].join('\n');
}

/** build/reference/built-ins.ts: the list of all plugins of services/plugin-runner/catalog. */
function builtInList() {
  const names = readdirSync('services/plugin-runner/catalog')
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
  const className = (name) => camelCase(`-${name}`);
  return [
    '// Generated from services/plugin-runner/catalog by `npm run generate`; never edited.',
    ...names.map((name) => {
      return `import { ${className(name)} } from '../../services/plugin-runner/catalog/${name}.ts';`;
    }),
    '',
    '/** Every built-in plugin. */',
    'export const builtIns = [',
    ...names.map((name) => `  ${className(name)},`),
    '] as const;',
    '',
  ].join('\n');
}

/** docs/reference and docs/man, from the tables: their generator is bundled, then run. */
async function reference() {
  const outfile = 'dist/reference.mjs';
  await build({
    entryPoints: ['build/reference/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
    outfile,
  });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { renderReference } = await import(pathToFileURL(outfile).href);
  return await renderReference(version);
}

/** Writes every generated file that differs; returns the names of those. */
export async function generate({ write = true } = {}) {
  const lists = {
    'libs/commands/catalog.ts': commandCatalog(),
    'build/reference/programs.ts': programList(),
    'build/reference/built-ins.ts': builtInList(),
  };
  const changed = update(lists, write);
  return [...changed, ...update(await reference(), write)];
}

function update(files, write) {
  const changed = Object.keys(files).filter((file) => {
    return !existsSync(file) || readFileSync(file, 'utf8') !== files[file];
  });
  for (const file of write ? changed : []) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, files[file]);
  }
  return changed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  const changed = await generate({ write: !check });
  for (const file of changed) console.log(check ? `${file} is out of date` : `wrote ${file}`);
  if (check && changed.length > 0) process.exitCode = 1;
}
