/**
 * The shape of a command. One file of catalog/ holds all of it: what it is called, what it takes on
 * the wire, what it does, how it is typed, how its answer is printed, and its manual page.
 * `defineCommand` fills in what most commands have in common.
 */
import type {
  Controller,
  Json,
  JsonObject,
  Operation,
  ReplyBody,
  WatcherStatus,
} from '#libs/protocol';
import type { Ask, ClientSide } from './client-side.ts';

/** What each kind of property is, once checked. */
export interface KindTypes {
  string: string;
  /** A list of strings; a single string is a list of one. */
  strings: readonly string[];
  /** A command line: one string, or a list of words. */
  words: string | readonly string[];
  integer: number;
  /** Finite; a numeric string is converted. */
  number: number;
  boolean: boolean;
  /** A positive integer; a numeric string is converted. */
  pid: number;
  /** The number of a signal that may have been sent by name. */
  signal: number;
  object: JsonObject;
}

/** How a property is checked and read from a command line. */
export type PropertyKind = keyof KindTypes;

/** One property of a command's message. */
export interface Property {
  readonly kind: PropertyKind;
  /** A missing one is refused with `message invalid '<name>' is missing`. */
  readonly required?: boolean;
  readonly default?: Json;
  /** The lowest number that is allowed. */
  readonly minimum?: number;
  /** Other spellings that are understood. */
  readonly aliases?: readonly string[];
  /** Its line of the manual page. */
  readonly doc: string;
}

/** The properties of a command by their name on the wire. */
export type PropertyTable = Readonly<Record<string, Property>>;

/** Properties after checking: defaults filled in, aliases resolved, unknown ones dropped. */
export type Properties = JsonObject;

/** What a user typed after the command's name. */
export interface CommandLine {
  readonly words: readonly string[];
  /** By name without dashes, `dryRun` for `--dry-run`: `true` for a switch, the text for one with a value. */
  readonly flags: Readonly<Record<string, string | true>>;
}

/** One flag of a command line. */
export interface CommandFlag {
  /** As it is typed: `--signum <signal>`, `--wait[=state]`. */
  readonly spelling: string;
  readonly doc: string;
}

/**
 * What `--wait` waits for: a state, `settled` (active with all its processes, or stopped with none)
 * or `gone` (no longer a watcher).
 */
export type WatcherGoal = WatcherStatus | 'settled' | 'gone';

/** A reply as rows, for those who read it on a terminal. */
export interface ReplyTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How the console offers a command: a button's label, and the properties that it asks for. */
interface CommandForm {
  readonly label: string;
  readonly asks: readonly string[];
  /** The question to be answered with yes before it is sent. */
  readonly confirm?: string;
}

/** `circusctl <command> <word> <argument>`, done by circusctl itself. */
interface LocalForm {
  readonly word: string;
  /** After the command's name: `check <file>`. */
  readonly usage: string;
  /** Gives circusctl's exit code. */
  run(argument: string, side: Pick<ClientSide, 'writeLine'>): number;
}

/** A command of circusd, or with `runInClient` one that circusctl carries out itself. */
export interface Command {
  readonly name: string;
  /** One line, for lists of commands. */
  readonly summary: string;
  /** The manual page's text, for operators. */
  readonly description: string;
  /** The manual's section, e.g. `5.5`; `-` for what the manual (release 0.5.2) does not know. */
  readonly manual: string;
  readonly properties: PropertyTable;
  /** Whether it has work that a client can wait for with `waiting`. */
  readonly canWait: boolean;
  /** What `--wait` waits for when it names no state; absent for what no watcher changes by. */
  readonly settlesIn?: WatcherGoal;
  /** Whether it changes nothing: a read-only endpoint may carry it. */
  readonly isReadOnly: boolean;
  /**
   * Does it. Immediate data for a command that cannot wait, an `Operation` for one that can; a promise
   * holds up the reply and nothing else.
   *
   * @throws CircusError whatever can be told before the work begins
   */
  execute(
    controller: Controller,
    properties: Properties,
    /** All commands, for the one that describes them. */
    catalog: readonly Command[],
  ): ReplyBody | Operation | Promise<ReplyBody>;
  /** Another name that it may be typed by; on the wire nobody knows it. */
  readonly alias?: string;
  /** Its words after the name, e.g. `<name> [nb]`: required, optional, `...` for any number. */
  readonly usage: string;
  readonly flags: readonly CommandFlag[];
  /** After so many words all that is typed is the command line of another program, flags too. */
  readonly literalAfter?: number;
  /** Lines to try, shown by `--help`. */
  readonly examples: readonly string[];
  /**
   * Makes the wire properties from what was typed; the number of words fits `usage` already. Callers
   * use `propertiesOf`, which counts them and adds `waiting`.
   *
   * @throws UsageError a word of a wrong form
   */
  toProperties(line: CommandLine): JsonObject;
  /** The successful reply as people read it; no final newline. */
  print(reply: JsonObject): string;
  /** The successful reply as a table for a terminal; `undefined`, or absent: as printed. */
  toTable?(reply: JsonObject): ReplyTable | undefined;
  /** An error reply as people read it. */
  printError(reply: JsonObject): string;
  /**
   * Looks, after the reply, until the work can be seen to be done. Gives what is to be printed, which
   * may be an error reply.
   */
  follow?(reply: JsonObject, ask: Ask): Promise<JsonObject>;
  /** Carries it out without sending it to the control endpoint. */
  runInClient?(line: CommandLine, side: ClientSide): Promise<void>;
  /** A second form, told by its first word, that circusctl carries out without a daemon. */
  readonly localForm?: LocalForm;
  readonly form?: CommandForm;
}

/** What was typed cannot be a request. circusctl prints it with the usage and exits 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
