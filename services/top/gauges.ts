/** Bars and sparklines, of block letters where the terminal has them. */

const unicodeSteps = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const asciiSteps = ['.', ':', '-', '=', '+', '*', '%', '#'];
const unicodeParts = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/** How a share of the whole looks in so many cells; what is more than the whole fills them. */
export function drawBar(share: number, width: number, hasUnicode: boolean): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = Math.floor(eighths / 8);
  if (!hasUnicode) return '|'.repeat(Math.round(eighths / 8)).padEnd(width);
  const part = eighths % 8 === 0 ? '' : (unicodeParts[(eighths % 8) - 1] ?? '');
  return ('█'.repeat(full) + part).padEnd(width);
}

/** The latest values, the newest on the right; as high as the highest of them, `atLeast` or more. */
export function drawSparkline(
  values: readonly number[],
  { width, atLeast, hasUnicode }: { width: number; atLeast: number; hasUnicode: boolean },
): string {
  const steps = hasUnicode ? unicodeSteps : asciiSteps;
  const shown = values.slice(-width);
  const top = Math.max(atLeast, ...shown);
  const letters = shown.map((value) => {
    return steps[Math.min(steps.length - 1, Math.floor((value / top) * steps.length))] ?? ' ';
  });
  return letters.join('').padStart(width);
}
