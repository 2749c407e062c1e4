/** Rows under headings, the columns below each other. */
import { type Look, paint, type Tone } from './look.ts';
import { clip } from './text-width.ts';

/** Text, or text with what it says. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

const gap = '  ';

/** No final newline. The last column is cut where the terminal ends. */
export function drawTable(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  look: Look,
): string {
  const titles: Cell[] = columns.map((title) => ({ text: title.toUpperCase(), tone: 'strong' }));
  const all = [titles, ...rows];
  const widths = columns.map((_, place) => {
    return Math.max(...all.map((row) => textOf(row[place] ?? '').length));
  });
  return all.map((row) => drawRow(row, widths, look)).join('\n');
}

function drawRow(row: readonly Cell[], widths: readonly number[], look: Look): string {
  let used = 0;
  const cells = row.map((cell, place) => {
    const isLast = place === row.length - 1;
    const width = widths[place] ?? 0;
    const room = look.width === undefined ? Number.POSITIVE_INFINITY : look.width - used;
    const text = isLast ? clip(textOf(cell), room) : textOf(cell);
    used += width + gap.length;
    const painted = typeof cell === 'string' ? text : paint(text, cell.tone, look);
    return isLast ? painted : painted + ' '.repeat(Math.max(0, width - text.length));
  });
  return cells.join(gap).trimEnd();
}

function textOf(cell: Cell): string {
  const text = typeof cell === 'string' ? cell : cell.text;
  // What would move the cursor is shown.
  return text.replaceAll(/\p{Cc}/gu, '?');
}
