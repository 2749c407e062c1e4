/** `--prettify`: indented, keys sorted, coloured on a terminal. */
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import type { Look } from './look.ts';

const colours = { key: 34, text: 32, other: 33 } as const;

/** The reply as indented JSON. */
export function prettyJson(reply: JsonObject, { isColoured }: Look): string {
  const text = JSON.stringify(sortKeys(reply), undefined, 2);
  return isColoured ? colour(text) : text;
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key] ?? null)]));
}

function colour(json: string): string {
  const token = /("(?:[^"\\]|\\.)*")(:?)|-?\d[\d.eE+-]*|true|false|null/g;
  return json.replaceAll(token, (text, quoted: string | undefined, colon: string | undefined) => {
    if (quoted === undefined) return paint(text, colours.other);
    return colon === ':' ? `${paint(quoted, colours.key)}:` : paint(quoted, colours.text);
  });
}

function paint(text: string, code: number): string {
  return `\u001b[${code}m${text}\u001b[0m`;
}
