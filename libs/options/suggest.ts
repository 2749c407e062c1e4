/**
 * The known name that a misspelt one most likely means, in any case. `undefined` when nothing is
 * close: more than two letters, or a third of the name, differ.
 */
export function suggestName(name: string, known: Iterable<string>): string | undefined {
  const allowed = Math.min(2, Math.floor(name.length / 3));
  let best: { name: string; rank: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    // Of two that are as close, the one whose beginning was typed: proto for prot, not port.
    const rank = distance - (candidate.toLowerCase().startsWith(name.toLowerCase()) ? 0.5 : 0);
    if (distance <= allowed && rank < (best?.rank ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, rank };
    }
  }
  return best?.name;
}

/** Letters to insert, remove or replace; two neighbours swapped count as one. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replace = at(previous, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = isSwap ? at(beforePrevious, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replace, swap, at(previous, j) + 1, at(row, j - 1) + 1));
    }
    beforePrevious = previous;
    previous = row;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
