// Writes the files that are made from the tree, so that adding a command is adding its file.
//
//   node build/generate.js           writes what has changed
//   node build/generate.js --check   exits 1 when a committed file is not what would be written
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

const generated = { 'libs/commands/catalog.ts': commandCatalog };

/** Writes every generated file that differs; returns the names of those. */
export function generate({ write = true } = {}) {
  const changed = [];
  for (const [file, render] of Object.entries(generated)) {
    const wanted = render();
    if (existsSync(file) && readFileSync(file, 'utf8') === wanted) continue;
    changed.push(file);
    if (write) writeFileSync(file, wanted);
  }
  return changed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  const changed = generate({ write: !check });
  for (const file of changed) console.log(check ? `${file} is out of date` : `wrote ${file}`);
  if (check && changed.length > 0) process.exitCode = 1;
}
