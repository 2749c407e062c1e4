/**
 * The shape of a command. One file of catalog/ holds all of it: what it is called, what it takes on
 * the wire, what it does, how it is typed, how its answer is printed, and its manual page.
 */
import type { Controller, Json, JsonObject, Operation, ReplyBody } from '#libs/protocol';

/** How a property is checked and read from a command line. */
export type PropertyKind =
  | 'string'
  | 'strings'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'pid'
  | 'signal'
  | 'object'
  | 'any';

/** One property of a command's message. */
export interface Property {
  readonly kind: PropertyKind;
  /** A missing one is refused with `message invalid '<name>' is missing`. */
  readonly required?: boolean;
  readonly default?: Json;
  /** Other spellings that are understood. */
  readonly aliases?: readonly string[];
  /** Its line of the manual page. */
  readonly doc: string;
}

/** Properties after checking: defaults filled in, aliases resolved, unknown ones dropped. */
export type Properties = JsonObject;

/** What a user typed after the command's name. */
export interface CommandLine {
  readonly words: readonly string[];
  /** By name without dashes: `true` for a switch, the text for one with a value. */
  readonly flags: Readonly<Record<string, string | true>>;
}

/** One flag of a command line. */
export interface CommandFlag {
  /** As commander takes it: `--signum <signal>`. */
  readonly spelling: string;
  readonly doc: string;
}

/** A command of circusd, or with `runsInClient` one that circusctl carries out itself. */
export interface Command {
  readonly name: string;
  /** One line, for lists of commands. */
  readonly summary: string;
  /** The manual page's text, for operators. */
  readonly description: string;
  /** The manual's section, e.g. `5.5.1`. */
  readonly manual: string;
  readonly properties: Readonly<Record<string, Property>>;
  /** Whether it has work that a client can wait for with `waiting`. */
  readonly canWait: boolean;
  /** Whether it changes nothing: a read-only endpoint may carry it. */
  readonly isReadOnly: boolean;
  /**
   * Does it. Immediate data for a command that cannot wait, an `Operation` for one that can.
   *
   * @throws CircusError whatever can be told before the work begins
   */
  execute(controller: Controller, properties: Properties): ReplyBody | Operation;
  /** Its words after the name, e.g. `<name> [nb]`. */
  readonly usage: string;
  readonly flags: readonly CommandFlag[];
  /** Lines to try, shown by `--help`. */
  readonly examples: readonly string[];
  /**
   * Makes the wire properties from what was typed.
   *
   * @throws UsageError wrong number of words, or a word of a wrong form
   */
  toProperties(line: CommandLine): JsonObject;
  /** The successful reply as people read it; no final newline. */
  print(reply: JsonObject, properties: JsonObject): string;
  /** How the console offers it: a button's label, and the properties that it asks for. */
  readonly form?: {
    readonly label: string;
    readonly asks: readonly string[];
    readonly confirm?: string;
  };
}

/** What was typed cannot be a request. circusctl prints it and exits 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
