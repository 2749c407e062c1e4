// The types of what users import: declarations of the modules, and of what these refer to.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

/** Where tsc puts what it declares of all that is compiled; most of it no user ever sees. */
const declared = 'dist/declarations';

/** Names of modules that a declaration refers to. */
const references = /(?<=\b(?:from|import) ?\(?)(["'])([^"']+)\1/g;

/** Writes the declarations of some files of libs, and whatever they refer to, to a folder. */
export function writeTypes(entries, folder) {
  for (const stale of [declared, folder]) rmSync(stale, { recursive: true, force: true });
  execFileSync('node_modules/.bin/tsc', ['-p', 'build/types'], { stdio: 'inherit' });
  const written = new Set();
  for (const entry of entries) {
    writeReachable(relative('libs', entry).replace(/\.ts$/, '.d.ts'), folder, written);
  }
  // Beside CommonJS modules types are CommonJS too; the package itself is of type "module".
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  rmSync(declared, { recursive: true, force: true });
}

function writeReachable(file, folder, written) {
  if (written.has(file)) return;
  written.add(file);
  const text = readFileSync(join(declared, file), 'utf8').replace(
    references,
    (reference, quote, source) => {
      const target = targetOf(file, source);
      if (target === undefined) return reference;
      writeReachable(target, folder, written);
      const path = relative(dirname(file), target).replace(/\.d\.ts$/, '.js');
      return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
    },
  );
  const place = join(folder, file);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text);
}

/** In the package there are no #libs: types are found by their files. Undefined: a package's. */
function targetOf(file, source) {
  const [, library] = /^#libs\/([\w-]+)$/.exec(source) ?? [];
  if (library !== undefined) return `${library}/index.d.ts`;
  if (!source.startsWith('.')) return undefined;
  return posix.join(dirname(file), source).replace(/\.[jt]s$/, '.d.ts');
}
