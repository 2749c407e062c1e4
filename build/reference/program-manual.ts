/** What a program tells of itself in services/<name>/manual.ts, for its manual page. */

interface Flag {
  /** As commander takes it: `--log-level <level>`. */
  readonly spelling: string;
  readonly doc: string;
}

/** One command of a program that has several. */
export interface CommandManual {
  readonly title: string;
  readonly usage: string;
  readonly text: string;
  readonly options: readonly Flag[];
  readonly examples: readonly string[];
}

/** The page of one program; texts are Markdown of paragraphs, `words` and indented lines. */
export interface ProgramManual {
  readonly name: string;
  /** Follows the name and a dash. */
  readonly summary: string;
  /** What follows the name; one line for each way to call it. */
  readonly synopsis: readonly string[];
  readonly description: string;
  readonly options: readonly Flag[];
  readonly commands?: readonly CommandManual[];
  /** Two columns each. `Exit status` is part of the reference too. */
  readonly sections: readonly {
    readonly title: string;
    readonly rows: readonly (readonly [name: number | string, text: string])[];
  }[];
  readonly seeAlso: readonly string[];
}
