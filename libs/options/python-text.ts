/** Values as Python prints them: what scripts around the original's console and reasons expect. */
import type { Json } from '#libs/protocol';

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** `str(value)`: text as it is, `True`, `None`, `['a', 1]`, `{'a': 1}`. */
export function pythonStr(value: Json): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

/** `repr(value)`: as `str`, but text in quotes. */
export function pythonRepr(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${quote(key)}: ${pythonRepr(member)}`,
  );
  return `{${members.join(', ')}}`;
}

/** Double quotes only around text with a single one and no double one. */
function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it escapes
  const escaped = text.replaceAll(/[\\\u0000-\u001f\u007f]/g, escapeCharacter);
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0).toString(16).padStart(2, '0');
  return escapes[character] ?? `\\x${code}`;
}
