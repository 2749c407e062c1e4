import type { Row } from './benchmark.ts';

/** Rows as a table for people. */
export function printTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.value === undefined ? '-' : `${round(row.value)} ${row.unit}`,
    promise(row),
    verdict(row),
    row.note ?? '',
  ]);
  const all = [['what', 'value', 'target', '', 'note'], ...cells];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((line) => line[column]?.length ?? 0)),
  );
  return all
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Whether a row keeps what was promised; a row without promise or value does. */
export function isMet({ value, target = Infinity, atLeast = -Infinity }: Row): boolean {
  return value === undefined || (value <= target && value >= atLeast);
}

function promise({ target, atLeast, unit }: Row): string {
  if (target !== undefined) return `<= ${target} ${unit}`;
  return atLeast === undefined ? '' : `>= ${atLeast} ${unit}`;
}

function verdict(row: Row): string {
  if (promise(row) === '' || row.value === undefined) return '';
  return isMet(row) ? 'ok' : 'MISSED';
}

function round(value: number): string {
  return value.toFixed(value < 10 ? 3 : 1);
}
