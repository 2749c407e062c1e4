/**
 * Splits a command line as the original does: POSIX quotes and backslashes; no comments, variables or
 * patterns. In double quotes a backslash is special before `"` and `\` alone, so a regular expression
 * keeps its `\$`; a backslash at a line's end joins the lines.
 */
import { CircusError } from '#libs/protocol';

/**
 * The words of a line.
 *
 * @throws CircusError `invalid_message` that says where a quote begins that never ends
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; ) {
    const part = readPart(text, at);
    if (part.kind === 'space') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (part.kind === 'text') {
      word = (word ?? '') + part.value;
    }
    at = part.end;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** One word that `splitWords` and a POSIX shell read back as the text. */
export function quoteWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

type Part =
  | { readonly kind: 'space' | 'nothing'; readonly end: number }
  | { readonly kind: 'text'; readonly value: string; readonly end: number };

/** Sticky: a line may be long, and what is left of it is not to be copied for every part. */
const space = /[ \t\r\n]+/y;
const plain = /[^ \t\r\n'"\\]+/y;
const quotes = /"(?:[^"\\]|\\[\s\S])*"/y;

function readAt(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}

function readPart(text: string, at: number): Part {
  const blank = readAt(space, text, at);
  if (blank !== undefined) return { kind: 'space', end: at + blank.length };
  const letter = text.charAt(at);
  if (letter === "'") return readSingleQuotes(text, at);
  if (letter === '"') return readDoubleQuotes(text, at);
  if (letter === '\\') return readEscape(text, at);
  const value = readAt(plain, text, at) ?? letter;
  return { kind: 'text', value, end: at + value.length };
}

function readEscape(text: string, at: number): Part {
  if (at + 1 === text.length) throw unfinished('a backslash has nothing after it', text, at);
  const value = text.charAt(at + 1);
  return value === '\n' ? { kind: 'nothing', end: at + 2 } : { kind: 'text', value, end: at + 2 };
}

function readSingleQuotes(text: string, at: number): Part {
  const end = text.indexOf("'", at + 1);
  if (end === -1) throw unfinished('a quote is never closed', text, at);
  return { kind: 'text', value: text.slice(at + 1, end), end: end + 1 };
}

function readDoubleQuotes(text: string, at: number): Part {
  const quoted = readAt(quotes, text, at);
  if (quoted === undefined) throw unfinished('a quote is never closed', text, at);
  const value = quoted
    .slice(1, -1)
    .replace(/\\(["\\\n])/g, (_, letter) => (letter === '\n' ? '' : letter));
  return { kind: 'text', value, end: at + quoted.length };
}

function unfinished(what: string, text: string, at: number): CircusError {
  const place = `character ${at + 1}, ${JSON.stringify(text.slice(at, at + 20))}`;
  const line = text.length > 200 ? `${text.slice(0, 197)}...` : text;
  return new CircusError('invalid_message', `${what} (${place}) in ${JSON.stringify(line)}`);
}
