import type { Json } from '#libs/protocol';
import { pythonStr } from './python-text.ts';

/**
 * A value as the original's console shows it, Python's `str`: null is empty, booleans are `True` and
 * `False`, a list or mapping is written as Python writes it. Numbers lose a `.0`, because JSON made
 * by JavaScript has none.
 */
export function printValue(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return pythonStr(value);
}

/** An environment as the console shows it: `A=1,B=2`, sorted by name. */
export function printPairs(pairs: Readonly<Record<string, string>>): string {
  return Object.keys(pairs)
    .sort()
    .map((name) => `${name}=${pairs[name]}`)
    .join(',');
}
