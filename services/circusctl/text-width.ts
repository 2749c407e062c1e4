/** Text in the columns of a terminal. */

/** The text, cut at its end with an ellipsis when it is wider. */
export function clip(text: string, width: number): string {
  const letters = [...text];
  if (letters.length <= width) return text;
  return `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
