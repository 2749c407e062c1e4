/** `add web sleep -n 5`: from `sleep` on nothing is circusctl's, flags neither. */
import type { Command, CommandFlag } from '#libs/commands';

/**
 * Puts `--` in front of the words that a command takes literally. The command's own switches at the
 * very end stay its own, as in 0.19; a `--` that was typed is left to say it all.
 */
export function protectLiteral(
  command: Command,
  words: readonly string[],
  flags: readonly CommandFlag[],
): readonly string[] {
  const { literalAfter } = command;
  if (literalAfter === undefined || words.includes('--')) return words;
  const start = literalStart(words, literalAfter, flags);
  const trailing = trailingSwitches(words.slice(start + 1), command.flags);
  const end = words.length - trailing.length;
  return [...words.slice(0, start), ...trailing, '--', ...words.slice(start, end)];
}

/** The place of the first plain word after `count` others. */
function literalStart(
  words: readonly string[],
  count: number,
  flags: readonly CommandFlag[],
): number {
  const valued = flags.filter(({ spelling }) => spelling.includes(' '));
  const isValue = (place: number) =>
    valued.some(({ spelling }) => spelling.startsWith(`${words[place - 1]} `));
  const plain = [...words.keys()].filter(
    (place) => !words[place]?.startsWith('-') && !isValue(place),
  );
  return plain[count] ?? words.length;
}

function trailingSwitches(words: readonly string[], flags: readonly CommandFlag[]): string[] {
  const switches = new Set(['--waiting', ...flags.map(({ spelling }) => spelling)]);
  const last = words.findLastIndex((word) => !switches.has(word));
  return words.slice(last + 1);
}
