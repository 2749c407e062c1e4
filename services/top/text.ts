/** Text in the cells of a terminal: widths, styles, and figures that people read. */

/** What a piece of text says; the terminal's sixteen colours, or none, say it. */
export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'warning' | 'bad' | 'accent' | 'marked';

/** Text of one tone. */
export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** The pieces of a line, or of a cell of it. */
export type Line = readonly Piece[];

/** One piece. */
export function piece(text: string, tone: Tone = 'plain'): Piece {
  return { text, tone };
}

const wideLetters =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Cells that one letter takes: marks on others none, those of East Asia and pictures two. */
function letterWidth(letter: string): number {
  if (/[\p{M}\u200b-\u200f]/u.test(letter)) return 0;
  return wideLetters.test(letter) ? 2 : 1;
}

/** Cells that a text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += letterWidth(letter);
  return width;
}

/** Names come from elsewhere: what would move the cursor is shown as a question mark. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

/** Cut with an ellipsis where it is too wide, and filled up with blanks. */
export function fit(text: string, width: number): string {
  const all = textWidth(text);
  if (all <= width) return text + ' '.repeat(width - all);
  let cut = '';
  let used = 0;
  for (const letter of text) {
    const next = letterWidth(letter);
    if (used + next > width - 1) break;
    cut += letter;
    used += next;
  }
  return width <= 0 ? '' : `${cut}…${' '.repeat(width - 1 - used)}`;
}

/** The pieces in so many cells, cut or filled up. */
export function fitLine(line: Line, width: number): Line {
  let room = width;
  const pieces = line.flatMap(({ text, tone }): Piece[] => {
    if (room <= 0) return [];
    const shown = textWidth(text) <= room ? text : fit(text, room);
    room -= textWidth(shown);
    return [{ text: shown, tone }];
  });
  return room > 0 ? [...pieces, piece(' '.repeat(room))] : pieces;
}

/** Two decimals, or what else it is: `N/A`. */
export function printFigure(value: unknown, decimals = 2): string {
  if (typeof value === 'number') return value.toFixed(decimals);
  return value === null || value === undefined ? '' : String(value);
}

/** `12s`, `4m10s`, `3h20m`, `12d04h`. */
export function printSpan(seconds: unknown): string {
  if (typeof seconds !== 'number') return printFigure(seconds);
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}h${two(Math.floor(whole / 60) % 60)}m`;
  return `${Math.floor(whole / 86_400)}d${two(Math.floor(whole / 3_600) % 24)}h`;
}
