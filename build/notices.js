// Licence notices of the packages that our bundles contain: their licences ask for it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a notice of each package that esbuild has put into a bundle, by name. */
export function writeNotices(results, file) {
  const folders = new Set(
    results
      .flatMap(({ metafile }) => Object.values(metafile.outputs))
      .flatMap(({ inputs }) => Object.keys(inputs))
      .flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  const notices = [...folders].sort().map(noticeOf);
  const head = 'Circus for Node contains these packages.\n';
  writeFileSync(file, [head, ...notices].join(`\n${'-'.repeat(72)}\n\n`));
}

function noticeOf(folder) {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const found = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    found === undefined
      ? `Its package has no text of the licence: see ${about.repository?.url ?? about.homepage}`
      : readFileSync(join(folder, found), 'utf8').trim();
  return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
}
