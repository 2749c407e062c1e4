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
  const source = pattern.replace(/\[(!?)(\]?[^\]]*)\]|[\s\S]/g, (part, not, members) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (members === undefined || members === '')
      return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    return characterClass(not === '!', members);
  });
  return new RegExp(`^(?:${source})$`, 's');
}

/** `a-z` stays a range; a range that goes backwards matches nothing, as in Python's fnmatch. */
function characterClass(negated: boolean, members: string): string {
  const escaped = members
    .replace(/([^\\])-([^\\])/g, (range, from, to) => (from <= to ? range : ''))
    .replace(/[\\\][^]/g, '\\$&');
  if (escaped === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${escaped}]`;
}
