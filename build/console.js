// Bundles the console's pages into dist/console. esbuild does what Vite would do for a page of one
// entry without a development server: one tool less, and the same one that bundles the programs.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const source = 'services/httpd/web';
const target = 'dist/console';

export async function buildConsole() {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, 'assets'), { recursive: true });
  const { metafile } = await build({
    bundle: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
    entryPoints: { console: join(source, 'main.tsx') },
    entryNames: '[name]-[hash]',
    outdir: join(target, 'assets'),
  });
  const files = Object.keys(metafile.outputs).map((file) => basename(file));
  const page = readFileSync(join(source, 'index.html'), 'utf8')
    .replace(
      'STYLE',
      files.find((file) => file.endsWith('.css')),
    )
    .replace(
      'SCRIPT',
      files.find((file) => file.endsWith('.js')),
    );
  writeFileSync(join(target, 'index.html'), page);
  cpSync(join(source, 'icon.svg'), join(target, 'assets/icon.svg'));
}
