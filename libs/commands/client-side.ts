/** What circusctl lends to a command that it carries out itself. */
import type { JsonObject } from '#libs/protocol';

/** Sends a command that changes nothing, again if need be, after a moment, and gives the reply. */
export type Ask = (command: string) => Promise<JsonObject>;
/** Messages as they come; `close` ends them. */
export interface Subscription
  extends AsyncIterable<{ readonly topic: string; readonly payload: JsonObject }> {
  close(): void;
}

/** The connections and the terminal of whoever typed the command. */
export interface ClientSide {
  /** The `--endpoint` typed for this command; `undefined` when it was left to its default. */
  readonly givenEndpoint: string | undefined;
  /** Where circusd publishes events, asked from the daemon. */
  findEventEndpoint(): Promise<string>;
  /** Messages whose topic begins with one of `topics`, all when empty, until interrupted. */
  subscribe(endpoint: string, topics: readonly string[]): Subscription;
  /**
   * Sends a command to circusd and gives its reply; an error reply is thrown.
   *
   * @throws Error nobody answers
   */
  call(command: string, properties: JsonObject): Promise<JsonObject>;
  /** The address under which this program reaches an endpoint of circusd. */
  reach(endpoint: string): string;
  /** Whether replies are wanted as JSON (`--json`). */
  readonly wantsJson: boolean;
  /** Whether standard output shows colours. */
  readonly isColoured: boolean;
  /** Writes one line to standard error: about the output, and not of it. */
  writeNote(line: string): void;
  /** Writes one line, at once. */
  writeLine(line: string): void;
}
