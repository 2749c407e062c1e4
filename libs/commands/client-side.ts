/** What circusctl lends to a command that it carries out itself. */
import type { JsonObject } from '#libs/protocol';

/** Sends a command that changes nothing, again if need be, after a moment, and gives the reply. */
export type Ask = (command: string) => Promise<JsonObject>;

/** The connections and the terminal of whoever typed the command. */
export interface ClientSide {
  /** The `--endpoint` typed for this command; `undefined` when it was left to its default. */
  readonly givenEndpoint: string | undefined;
  /** Where circusd publishes events, asked from the daemon. */
  findEventEndpoint(): Promise<string>;
  /** Messages whose topic begins with one of `topics`, all when empty, until interrupted. */
  subscribe(
    endpoint: string,
    topics: readonly string[],
  ): AsyncIterable<{ readonly topic: string; readonly payload: JsonObject }>;
  /** Whether replies are wanted as JSON (`--json`). */
  readonly wantsJson: boolean;
  /** Writes one line, at once. */
  writeLine(line: string): void;
}
