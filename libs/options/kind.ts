/** What a kind of option is: how its values are read from text, checked, printed and described. */
import { CircusError, type Json, type JsonObject } from '#libs/protocol';

/** One kind of value; the registry is kinds.ts. */
export interface OptionKind<T extends Json> {
  /** Its name in the reference: `integer`, `list of words`. */
  readonly name: string;
  /** What would be right, for messages to people: `a whole number such as 3`. */
  readonly form: string;
  /** What describes its wire values, without the range of a row. */
  readonly jsonSchema: JsonObject;
  /**
   * Reads a configuration file's or a command line's text. `undefined` when the text is no such
   * value.
   *
   * @throws CircusError `invalid_message` when there is more to say than `form` does
   */
  parse(text: string): T | undefined;
  /**
   * Checks a value that came over the wire and normalises it.
   *
   * @throws CircusError `invalid_message` with the text that clients of the original know
   *   (protocol 1.4)
   */
  check(value: Json, name: string): T;
  /** As `circusctl options` prints it (protocol 2.3 "options"). */
  print(value: T): string;
}

/** The error of a wire value: `'numprocesses' isn't an integer`. */
export function wrongType(name: string, form: string): CircusError {
  return new CircusError('invalid_message', `${quoteName(name)} isn't ${form}`);
}

/** A name between quotes as the original's messages have it. */
export function quoteName(name: string): string {
  return name.includes("'") && !name.includes('"') ? `"${name}"` : `'${name}'`;
}
