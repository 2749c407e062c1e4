/** Checks the properties of a request against a command's table (protocol 1.4 and 1.5). */
import { CircusError, findSignal, isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import type { Properties, Property, PropertyKind, PropertyTable } from './command.ts';

/** How one kind is read. */
interface Kind {
  /** The value in its proper form, or `undefined` when it has none. */
  read(value: Json): Json | undefined;
  /** The reason of the refusal. */
  refusal(name: string): string;
  /** What is right, for the reference. */
  readonly doc: string;
}

/** Every kind of property by its name. */
export const propertyKinds: Readonly<Record<PropertyKind, Kind>> = {
  string: {
    doc: 'Text.',
    read: (value) => (typeof value === 'string' ? value : undefined),
    refusal: (name) => `'${name}' isn't a string`,
  },
  strings: {
    doc: 'A list of texts; a single text is a list of one.',
    read: (value) => readStrings(typeof value === 'string' ? [value] : value),
    refusal: (name) => `'${name}' isn't a list of strings`,
  },
  words: {
    doc: 'A command line: one text, which is split like a shell splits a line, or a list of words.',
    read: (value) => (typeof value === 'string' ? value : readStrings(value)),
    refusal: (name) => `'${name}' isn't a string or a list of strings`,
  },
  integer: {
    doc: 'A whole number.',
    read: (value) => (Number.isSafeInteger(value) ? value : undefined),
    refusal: (name) => `'${name}' isn't an integer`,
  },
  number: {
    doc: 'A number, or a text that is one.',
    read: readNumber,
    refusal: (name) => `'${name}' isn't a number`,
  },
  boolean: {
    doc: 'true or false; 1 and 0 are understood.',
    read: readBoolean,
    refusal: (name) => `'${name}' isn't a valid boolean`,
  },
  pid: {
    doc: 'A process id: a whole number above 0, or a text that is one.',
    read: readPid,
    refusal: (name) => `'${name}' isn't a process id`,
  },
  signal: {
    doc: 'A signal by number (`15`, `"15"`) or name in any case (`TERM`, `SIGTERM`, `SIGRTMIN+1`).',
    read: (value) => {
      const isSpelling = typeof value === 'string' || typeof value === 'number';
      return isSpelling ? findSignal(value) : undefined;
    },
    refusal: () => 'signal invalid',
  },
  object: {
    doc: 'A JSON object.',
    read: (value) => (isJsonObject(value) ? value : undefined),
    refusal: (name) => `'${name}' property should be an object`,
  },
};

/**
 * Gives the properties of the table, each in the form of its kind, with defaults. null counts as
 * absent. A missing property is reported before one of a wrong type.
 *
 * @throws CircusError `invalid_message`
 */
export function checkProperties(table: PropertyTable, sent: JsonObject): Properties {
  const rows = Object.entries(table);
  const values = rows.map(([name, property]) => findValue(name, property, sent));
  const missing = rows.findIndex(([, { required }], row) => required && values[row] === undefined);
  if (missing !== -1) {
    throw new CircusError('invalid_message', `message invalid '${rows[missing]?.[0]}' is missing`);
  }
  const checked: [string, Json][] = [];
  for (const [row, [name, property]] of rows.entries()) {
    const value = values[row];
    if (value !== undefined) checked.push([name, readProperty(name, property, value)]);
    else if (property.default !== undefined) checked.push([name, property.default]);
  }
  return Object.fromEntries(checked);
}

/** Python's truth of a value: `waiting` of old clients may be anything (protocol 1.2). */
export function isTruthy(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return Object.keys(value).length > 0;
}

function findValue(name: string, property: Property, sent: JsonObject): Json | undefined {
  for (const spelling of [name, ...(property.aliases ?? [])]) {
    if (Object.hasOwn(sent, spelling)) return sent[spelling] ?? undefined;
  }
  return undefined;
}

function readProperty(name: string, { kind, minimum }: Property, value: Json): Json {
  const read = propertyKinds[kind].read(value);
  if (read === undefined)
    throw new CircusError('invalid_message', propertyKinds[kind].refusal(name));
  if (minimum !== undefined && Number(read) < minimum) {
    throw new CircusError('invalid_message', `'${name}' is ${read}, should be ${minimum} or more`);
  }
  return read;
}

function readStrings(value: Json): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every((item) => typeof item === 'string') ? value : undefined;
}

function readNumber(value: Json): number | undefined {
  const isNumeric = typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(value);
  const number = isNumeric ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function readPid(value: Json): number | undefined {
  const number = readNumber(value);
  return number !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** 0 and 1 are what some clients of the original send. */
function readBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 0 || value === 1 ? value === 1 : undefined;
}
