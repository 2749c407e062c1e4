/**
 * What readiness = log looks for. No regular expression: what a program writes may make one take for
 * ever, and circusd has other processes. This is linear in what is written.
 */
const newline = 0x0a;

/**
 * Whether some line contains the texts between the asterisks, in this order; a pattern without an
 * asterisk is one text. Upper and lower case differ.
 */
export function hasMatchingLine(data: Buffer, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  for (let from = 0; from < data.length; ) {
    const found = data.indexOf(first, from);
    if (found === -1) return false;
    const next = data.indexOf(newline, found);
    const line = data.subarray(found + Buffer.byteLength(first), next === -1 ? data.length : next);
    if (hasInOrder(line, rest)) return true;
    if (next === -1) return false;
    from = next + 1;
  }
  return false;
}

function hasInOrder(line: Buffer, texts: readonly string[]): boolean {
  let from = 0;
  for (const text of texts) {
    const found = line.indexOf(text, from);
    if (found === -1) return false;
    from = found + Buffer.byteLength(text);
  }
  return true;
}
