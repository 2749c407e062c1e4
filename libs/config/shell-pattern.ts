/** Shell patterns: `*`, `?`, `[seq]`, `[!seq]`; a `[` that is never closed is itself. */

/** Whether a whole name matches a pattern, with case. */
export function matchesPattern(name: string, pattern: string): boolean {
  return patternToRegExp(pattern).test(name);
}

/** Whether a text holds a character that means something in a pattern. */
export function hasPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** The regular expression that tests what the pattern matches. */
export function patternToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)(\]?[^\]]*)\]|\*+|[\s\S]/gu, (part, not, members) => {
    if (part.startsWith('*')) return '.*';
    if (part === '?') return '.';
    const isClass = members !== undefined && members !== '';
    return isClass ? characterClass(not === '!', members) : escapeAll(part);
  });
  return new RegExp(`^(?:${source})$`, 'su');
}

/** `a-z` is a range; one that goes backwards holds nothing, as in Python's fnmatch. */
function characterClass(isNegated: boolean, members: string): string {
  const parts = [...members.matchAll(/([\s\S])-([\s\S])|[\s\S]/gu)];
  const escaped = parts.map(([part, from, to]) => escapeMember(part, from, to)).join('');
  if (escaped === '') return isNegated ? '.' : '(?!)';
  return `[${isNegated ? '^' : ''}${escaped}]`;
}

function escapeMember(part: string, from?: string, to?: string): string {
  if (from === undefined || to === undefined) return escapeAll(part);
  return codePoint(from) <= codePoint(to) ? `${escapeAll(from)}-${escapeAll(to)}` : '';
}

function escapeAll(text: string): string {
  return [...text].map((letter) => `\\u{${codePoint(letter).toString(16)}}`).join('');
}

function codePoint(letter: string): number {
  return letter.codePointAt(0) ?? 0;
}
