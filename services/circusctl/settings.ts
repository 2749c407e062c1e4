/** The flags of circusctl itself, the same for every command. */

/** When colours and tables are wanted; `auto`: on a terminal. */
export type ColourChoice = 'auto' | 'always' | 'never';

/** As typed, or at their defaults. */
export interface Settings {
  /** `undefined`: the default. */
  readonly endpoint: string | undefined;
  /** Milliseconds; `undefined`: the default. */
  readonly timeoutMs: number | undefined;
  readonly json: boolean;
  readonly prettify: boolean;
  /** A refusal exits with 3 even with `json`. */
  readonly strict: boolean;
  readonly colour: ColourChoice;
}

/** Milliseconds that an answer may take when nobody says otherwise. */
export const defaultTimeoutMs = 5000;

/** Nothing typed. */
export const defaultSettings: Settings = {
  endpoint: undefined,
  timeoutMs: undefined,
  json: false,
  prettify: false,
  strict: false,
  colour: 'auto',
};
