/** docs/reference/coverage.md, made from the rows that the test looks at. */
import { code, table } from '../../../build/reference/markdown.ts';
import type { CoverageTable } from './tables.ts';
import { tables } from './tables.ts';
import { toComeIn } from './to-come.ts';

/** The page. */
export function renderPage(): string {
  const sections = tables.map((one) => `## ${one.title}\n\n${render(one)}`);
  return `${head}\n\n${sections.join('\n\n')}\n`;
}

const head = `<!-- Generated from test/surface/observations by its test; never edited. -->

# Coverage

Every row of the manual's tables (5.3.1 to 5.3.5, 5.5.1), every one that the last release of the original
adds, and every one of our own. A test asks a running circusd for each, as the second column has it, and
sees the third: through the process that was started, \`ss\`, \`/proc\`, events or replies.

\`OUT\` and \`FOLDER\` are folders of the test, \`REPORT\` is a program that writes down what it finds of
itself, \`SERVE\` one that serves a socket, \`TAKE\` is examples/streams/take.py.`;

function render({ title, manual, documented, rows }: CoverageTable): string {
  const toCome = toComeIn(title);
  const lines = Object.entries(rows).map(([name, row]) => {
    const part = toCome.get(name);
    const seen = row.kind === 'observed' ? row.seen : `accepted without effect: ${row.reason}`;
    return [
      code(name),
      row.tried === '-' ? '' : row.tried.split('\n').map(code).join('\n'),
      part === undefined ? seen : `to come, with ${part}`,
      whence(name, manual, documented),
    ];
  });
  return table(['Row', 'Tried', 'Seen', 'Of'], lines);
}

function whence(name: string, manual: string, documented: CoverageTable['documented']): string {
  if (documented.manual.includes(name)) return `manual ${manual}`;
  return documented.lastRelease.includes(name) ? 'last release' : 'this one';
}
