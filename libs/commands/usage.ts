/** The words that a command takes, read from its usage: `<name> [nb]`, `<name> <key>...`. */

/** What a usage says. */
export interface UsageWords {
  /** Names in angle brackets, in order. */
  readonly required: readonly string[];
  /** Names in square brackets, in order. */
  readonly optional: readonly string[];
  /** `...`: the last word may be repeated. */
  readonly isOpen: boolean;
}

/** Reads a usage. */
export function readUsage(usage: string): UsageWords {
  const withoutOptional = usage.replaceAll(/\[[^\]]*\]/g, '');
  return {
    required: wordsIn(withoutOptional, /<([\w-]+)>/g),
    optional: wordsIn(usage, /\[<?([\w-]+)/g),
    isOpen: usage.includes('...'),
  };
}

/** Whether so many words fit. */
export function isWordCount({ required, optional, isOpen }: UsageWords, count: number): boolean {
  return count >= required.length && (isOpen || count <= required.length + optional.length);
}

function wordsIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}
