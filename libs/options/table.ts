/**
 * Option tables. Everything about an option is in its row: reading it from a file, checking it on the
 * wire, its type, its errors, its manual entry and its JSON Schema come from there.
 */
import { CircusError, type Json, type JsonObject } from '#libs/protocol';
import { type OptionKind, quoteName } from './kind.ts';

/**
 * What has to happen for a new value to hold: `reload` replaces the processes gracefully, `stream`
 * replaces the output stream at once (and reloads when there was none), `manage` is a management
 * pass (protocol 2.4).
 */
export type OptionEffect = 'reload' | 'stream' | 'manage';

/** One option. */
export interface OptionRow {
  /** The documented spelling; looked up in any case. */
  readonly name: string;
  readonly kind: OptionKind<Json>;
  /** null: unset, and then null is a value of the option too. */
  readonly default: Json;
  /** For numbers: `seconds`, `processes`. */
  readonly unit?: string;
  /** The lowest value that is right. */
  readonly minimum?: number;
  /** The highest value that is right. */
  readonly maximum?: number;
  /** A number below the range is moved into it when it comes over the wire, as the original does. */
  readonly clampsOnWire?: true;
  /** Its entry of the manual, for operators. */
  readonly doc: string;
  /** The section of the manual that has it; `-` for options that it does not know. */
  readonly manual: string;
  /** What setting it at run time does; default `manage`. */
  readonly effect?: OptionEffect;
  /** Shown by `options` only when it differs from its default: the original never shows it. */
  readonly isShownWhenSet?: true;
  /** Accepted for old files and without any effect. */
  readonly isIgnored?: true;
}

/** A list of rows; keep it `as const` through `defineOptions`. */
export type OptionTable = readonly OptionRow[];

type KindValue<K> = K extends OptionKind<infer T> ? T : never;
type RowValue<R extends OptionRow> =
  | KindValue<R['kind']>
  | (R['default'] extends null ? null : never);

/** The record of all values of a table: one property a row. */
export type OptionValues<T extends OptionTable> = {
  readonly [R in T[number] as R['name']]: RowValue<R>;
};

/** Declares a table and keeps the names and kinds of its rows as types. */
export function defineOptions<const T extends OptionTable>(rows: T): T {
  return rows;
}

/** The row of a name in any case. */
export function findOption<T extends OptionTable>(table: T, name: string): T[number] | undefined {
  const lower = name.toLowerCase();
  return table.find((row) => row.name === lower);
}

/** A fresh record with every default. */
export function defaultValues<T extends OptionTable>(table: T): OptionValues<T> {
  return fromRows<T>(Object.fromEntries(table.map((row) => [row.name, row.default])));
}

/**
 * Defaults with some values of the table replaced. The values must have been parsed or checked by
 * their rows, which is what makes the type true.
 */
export function withDefaults<T extends OptionTable>(
  table: T,
  values: ReadonlyMap<string, Json>,
): OptionValues<T> {
  const entries = table.map((row) => [row.name, values.get(row.name) ?? row.default]);
  return fromRows<T>(Object.fromEntries(entries));
}

function fromRows<T extends OptionTable>(record: Record<string, Json>): OptionValues<T> {
  // Each property was made from its row, by the row's own kind.
  return record as OptionValues<T>;
}

/**
 * Reads an option's text. An empty text unsets an option whose default is null.
 *
 * @throws CircusError `invalid_message` that says what would be right
 */
export function parseOption(row: OptionRow, text: string): Json {
  if (text === '' && row.default === null) return null;
  const value = row.kind.parse(text);
  if (value === undefined) {
    throw new CircusError('invalid_message', `${JSON.stringify(text)} is not ${row.kind.form}`);
  }
  const problem = rangeProblem(row, value);
  if (problem !== undefined) throw new CircusError('invalid_message', `${text} is ${problem}`);
  return value;
}

/**
 * Checks an option's wire value and normalises it.
 *
 * @throws CircusError `invalid_message`, for types with the texts of protocol 1.4
 */
export function checkOption(row: OptionRow, value: Json): Json {
  if (value === null && row.default === null) return null;
  const checked = row.kind.check(value, row.name);
  const raised = row.clampsOnWire && typeof checked === 'number' ? raise(row, checked) : checked;
  const problem = rangeProblem(row, raised);
  if (problem === undefined) return raised;
  throw new CircusError('invalid_message', `${quoteName(row.name)} is ${problem}`);
}

/** A value of the option as the console prints it; unset is empty. */
export function printOption(row: OptionRow, value: Json): string {
  return value === null ? '' : row.kind.print(value);
}

/** The JSON Schema of one option. */
export function optionSchema(row: OptionRow): JsonObject {
  const { minimum, maximum } = row;
  const schema: JsonObject = {
    ...row.kind.jsonSchema,
    ...(minimum === undefined || row.clampsOnWire ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
  const described = { description: row.doc, default: row.default };
  return row.default === null
    ? { ...described, anyOf: [schema, { type: 'null' }] }
    : { ...described, ...schema };
}

/** The JSON Schema of an object that holds options of a table. */
export function tableSchema(table: OptionTable): JsonObject {
  const properties = Object.fromEntries(table.map((row) => [row.name, optionSchema(row)]));
  return { type: 'object', properties, additionalProperties: false };
}

function rangeProblem(row: OptionRow, value: Json): string | undefined {
  const { minimum, maximum } = row;
  if (typeof value !== 'number') return undefined;
  if (minimum !== undefined && value < minimum) return `too low, ${minimum} is the lowest`;
  if (maximum !== undefined && value > maximum) return `too high, ${maximum} is the highest`;
  return undefined;
}

function raise({ minimum = Number.NEGATIVE_INFINITY }: OptionRow, value: number): number {
  return Math.max(value, minimum);
}
