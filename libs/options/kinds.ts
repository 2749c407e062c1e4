/** The registry of option kinds. A new kind is one object here; the tables name it in their rows. */
import { CircusError, isJsonObject, type Json, parseSignal } from '#libs/protocol';
import { type OptionKind, quoteName, wrongType } from './kind.ts';
import { printPairs, printValue } from './print.ts';

/** Any text. */
export const string: OptionKind<string> = {
  name: 'string',
  form: 'text',
  jsonSchema: { type: 'string' },
  parse: (text) => text,
  check: requireString,
  print: printValue,
};

/** A whole number. */
export const integer: OptionKind<number> = {
  name: 'integer',
  form: 'a whole number such as 3',
  jsonSchema: { type: 'integer' },
  parse: parseInteger,
  check: requireInteger,
  print: printValue,
};

/** A finite number; the fraction is optional. */
export const number: OptionKind<number> = {
  name: 'number',
  form: 'a number such as 3 or 0.5',
  jsonSchema: { type: 'number' },
  parse: parseNumber,
  check: requireNumber,
  print: printValue,
};

/** A span of time in seconds; the fraction is optional. */
export const seconds: OptionKind<number> = {
  ...number,
  name: 'seconds',
  form: 'a number of seconds such as 3 or 0.5, without a unit',
};

const booleans: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  '1': true,
  no: false,
  false: false,
  off: false,
  '0': false,
};

/** yes true on 1, no false off 0, in any case (protocol 6.1). */
export const boolean: OptionKind<boolean> = {
  name: 'boolean',
  form: 'yes, true, on or 1, or no, false, off or 0',
  jsonSchema: { type: 'boolean' },
  parse: (text) =>
    Object.hasOwn(booleans, text.toLowerCase()) ? booleans[text.toLowerCase()] : undefined,
  check: (value, name) => {
    if (typeof value === 'boolean') return value;
    throw wrongType(name, 'a valid boolean');
  },
  print: printValue,
};

/** A signal by number or name, kept as its number. The wire of the original knows numbers only. */
export const signal: OptionKind<number> = {
  name: 'signal',
  form: 'a signal such as TERM, SIGINT or 15',
  jsonSchema: { type: ['integer', 'string'] },
  parse: parseSignal,
  check: (value, name) => {
    if (typeof value === 'number' || typeof value === 'string') return parseSignal(value);
    throw wrongType(name, 'an integer');
  },
  print: printValue,
};

/** A file mode in octal digits, kept as its number. */
export const octal: OptionKind<number> = {
  name: 'octal',
  form: 'an octal number such as 022',
  jsonSchema: { type: ['integer', 'string'] },
  parse: parseOctal,
  check: (value, name) => {
    const mode = typeof value === 'string' ? parseOctal(value) : value;
    if (typeof mode === 'number' && Number.isSafeInteger(mode)) return mode;
    throw wrongType(name, 'an octal number');
  },
  print: (value) => value.toString(8).padStart(4, '0'),
};

/** Words separated by white space. */
export const words: OptionKind<readonly string[]> = {
  name: 'list of words',
  form: 'words separated by white space',
  jsonSchema: { type: ['array', 'string'], items: { type: 'string' } },
  parse: (text) => text.split(/\s+/).filter((word) => word !== ''),
  check: (value, name) => {
    if (typeof value === 'string') return words.parse(value) ?? [];
    return requireStrings(value, name);
  },
  print: (value) => value.join(' '),
};

/** Arguments of a command: a text that is split like a shell's line, or a list that is not. */
export const commandArguments: OptionKind<string | readonly string[]> = {
  name: 'string or list of strings',
  form: 'text',
  jsonSchema: { type: ['string', 'array'], items: { type: 'string' } },
  parse: (text) => text,
  check: (value, name) => (typeof value === 'string' ? value : requireStrings(value, name)),
  print: printValue,
};

/** A user or group by name or number; whether it exists is not looked up here. */
export const user: OptionKind<string | number> = {
  name: 'name or number',
  form: 'a name or a number',
  jsonSchema: { type: ['string', 'integer'] },
  parse: (text) => (text === '' ? undefined : (parseId(text) ?? text)),
  check: (value, name) => {
    if (typeof value === 'string' && value !== '') return parseId(value) ?? value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw wrongType(name, 'an integer or string');
  },
  print: printValue,
};

/** A mapping of texts: an object on the wire, `K=V,K2=V2` in a file or on a command line. */
export const pairs: OptionKind<Readonly<Record<string, string>>> = {
  name: 'names and values',
  form: 'NAME=value,NAME2=value2',
  jsonSchema: { type: 'object', additionalProperties: { type: 'string' } },
  parse: parsePairs,
  check: (value, name) => {
    if (!isJsonObject(value)) throw wrongType(name, 'a valid object');
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, requireString(item, key)]),
    );
  },
  print: printPairs,
};

/** One of a few words, in any case. */
export function choice<const T extends string>(...choices: readonly T[]): OptionKind<T> {
  const find = (text: string) => choices.find((word) => word.toLowerCase() === text.toLowerCase());
  return {
    name: choices.join(', '),
    form: `one of ${choices.join(', ')}`,
    jsonSchema: { enum: choices },
    parse: find,
    check: (value, name) => {
      const found = typeof value === 'string' ? find(value) : undefined;
      if (found === undefined) throw wrongType(name, `one of ${choices.join(', ')}`);
      return found;
    },
    print: printValue,
  };
}

function requireString(value: Json, name: string): string {
  if (typeof value === 'string') return value;
  throw wrongType(name, 'a string');
}

function requireStrings(value: Json, name: string): readonly string[] {
  if (!Array.isArray(value)) throw wrongType(name, 'a string or list of strings');
  return value.map((item: Json) => requireString(item, name));
}

function requireInteger(value: Json, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw wrongType(name, 'an integer');
}

function requireNumber(value: Json, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrongType(name, 'a number');
}

function parseInteger(text: string): number | undefined {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function parseNumber(text: string): number | undefined {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** Digits alone are an id: a user whose name is digits cannot be told apart from one. */
function parseId(text: string): number | undefined {
  return /^\d+$/.test(text) ? parseInteger(text) : undefined;
}

function parseOctal(text: string): number | undefined {
  const digits = /^(?:0o)?([0-7]{1,10})$/i.exec(text)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function parsePairs(text: string): Readonly<Record<string, string>> {
  const items = text.split(',').filter((item) => item.trim() !== '');
  return Object.fromEntries(items.map(parsePair));
}

function parsePair(item: string): [string, string] {
  const equals = item.indexOf('=');
  const name = item.slice(0, Math.max(equals, 0)).trim();
  if (name !== '') return [name, item.slice(equals + 1).trim()];
  throw new CircusError(
    'invalid_message',
    `${quoteName(item.trim())} has no name before a "=": write NAME=value,NAME2=value2`,
  );
}
