import { isJsonObject, type Json } from '#libs/protocol';
import { quoteName } from './kind.ts';

/**
 * A value as the original's console shows it, Python's `str`: null is empty, booleans are `True` and
 * `False`, a list or mapping is written as Python writes it. Numbers lose a `.0`, because JSON made
 * by JavaScript has none.
 */
export function printValue(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : printNested(value);
}

function printNested(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoteName(value);
  if (typeof value === 'number') return String(value);
  if (!isJsonObject(value)) return `[${value.map(printNested).join(', ')}]`;
  const items = Object.entries(value).map(
    ([key, item]) => `${quoteName(key)}: ${printNested(item)}`,
  );
  return `{${items.join(', ')}}`;
}

/** An environment as the console shows it: `A=1,B=2`, sorted by name. */
export function printPairs(pairs: Readonly<Record<string, string>>): string {
  return Object.keys(pairs)
    .sort()
    .map((name) => `${name}=${pairs[name]}`)
    .join(',');
}
