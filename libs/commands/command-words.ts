/**
 * One command line out of words that a shell has split. A single word is a whole command line
 * already; among several, those that circusd would split again are quoted.
 */
export function commandOf(words: readonly string[]): string {
  const [only = '', ...others] = words;
  return others.length === 0 ? only : words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word !== '' && !/[\s'"\\]/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
