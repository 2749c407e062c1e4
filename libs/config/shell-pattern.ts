/** Shell patterns as Python's fnmatch reads them: `*`, `?`, `[seq]`, `[!seq]`. */

/** One step of a pattern: any number of characters, or one that passes the test. */
type Step = 'any' | ((character: string) => boolean);

/** Whether a whole name matches a pattern. Case counts. Takes at most pattern times name steps. */
export function matchesPattern(name: string, pattern: string): boolean {
  const steps = parsePattern(pattern);
  const characters = [...name];
  let step = 0;
  let place = 0;
  /** Where to go on when a later step fails: the last `*` takes one character more. */
  let retry: { step: number; place: number } | undefined;
  while (place < characters.length) {
    const current = steps[step];
    if (current === 'any') {
      retry = { step, place };
      step += 1;
    } else if (current?.(characters[place] ?? '') === true) {
      step += 1;
      place += 1;
    } else if (retry !== undefined) {
      retry = { step: retry.step, place: retry.place + 1 };
      step = retry.step + 1;
      place = retry.place;
    } else {
      return false;
    }
  }
  return steps.slice(step).every((rest) => rest === 'any');
}

/** Whether a text holds a character that means something in a pattern. */
export function hasPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

function parsePattern(pattern: string): Step[] {
  // `]` just after `[` or `[!` stands for itself; a `[` that is never closed, too
  const parts = pattern.matchAll(/\[(!?)(\]?[^\]]*)\]|./gsu);
  return [...parts].map(([part, negation, sequence]) => {
    if (sequence !== undefined) return characterTest(sequence, negation === '!');
    if (part === '*') return 'any';
    if (part === '?') return () => true;
    return (character) => character === part;
  });
}

function characterTest(sequence: string, isNegated: boolean): Step {
  const ranges = [...sequence.matchAll(/(.)-(.)|(.)/gsu)].map(
    ([, from, to, single = '']) => [from ?? single, to ?? single] as const,
  );
  return (character) =>
    ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
}
