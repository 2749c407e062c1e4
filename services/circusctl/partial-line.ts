/** A line of which the end is still being typed. */
import { quoteWord, splitWords } from '#libs/config';

/** The line up to the cursor, in words. */
export interface PartialLine {
  /** Those that are finished. */
  readonly words: readonly string[];
  /** The one at the cursor, without its quotes; empty after a space. */
  readonly current: string;
  /** As `current` is typed, quotes and all. */
  readonly typed: string;
}

/** `undefined` when the words before the last cannot be read. */
export function readPartialLine(line: string): PartialLine | undefined {
  const start = startOfLastWord(line);
  const typed = line.slice(start);
  try {
    return { words: splitWords(line.slice(0, start)), current: readOpenWord(typed), typed };
  } catch {
    return undefined;
  }
}

/** A word as it has to be typed after `typed`: in quotes where it needs them. */
export function completeTyped(word: string, typed: string): string {
  const [mark = ''] = /^["']/.exec(typed) ?? [];
  return mark === '' ? quoteWord(word) : `${mark}${word}${mark}`;
}

function startOfLastWord(line: string): number {
  let start = 0;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (letter === '\\' && quote !== "'") at += 1;
    else if (quote !== '') quote = letter === quote ? '' : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (/\s/.test(letter)) start = at + 1;
  }
  return start;
}

/** The quote may still be open, the backslash without its letter. */
function readOpenWord(typed: string): string {
  for (const end of ['', "'", '"', '\\']) {
    try {
      return splitWords(typed + end)[0]?.replace(/\\$/, '') ?? '';
    } catch {
      // the next end fits
    }
  }
  return typed;
}
