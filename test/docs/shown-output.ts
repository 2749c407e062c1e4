/** Compares what a page shows with what a program has printed. */

/** Takes out what differs from run to run: times, process ids, memory, the user. */
function withoutChance(line: string): string {
  return line
    .replace(/^(\d+): \1 {2}(\w+) .*$/, '<pid>: <figures of $2>')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<date>')
    .replaceAll(/"time":[\d.]+/g, '"time":<time>')
    .replaceAll(/"seq":\d+/g, '"seq":<seq>')
    .replaceAll(/\b\d{3,}\b/g, '<number>')
    .replaceAll(/ {2,}/g, '  ')
    .trimEnd();
}

/** Whether the lines are those shown; a line `...` stands for any number of others. */
export function isShown(shown: readonly string[], printed: readonly string[]): boolean {
  const [first, ...others] = shown;
  if (first === undefined) return printed.length === 0;
  if (first === '...') {
    return isShown(others, printed) || (printed.length > 0 && isShown(shown, printed.slice(1)));
  }
  const [line, ...rest] = printed;
  return (
    line !== undefined && withoutChance(line) === withoutChance(first) && isShown(others, rest)
  );
}

/** The lines of an output. */
export function linesOf(output: string): string[] {
  const lines = output.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
