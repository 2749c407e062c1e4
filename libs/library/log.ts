/** What an arbiter tells, and to whom. */

/** Where an arbiter tells what it does. */
export interface ArbiterLog {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** Warnings and errors on standard error; with `debug` everything. */
export function consoleLog(debug: boolean): ArbiterLog {
  const tell = (text: string): void => console.error(text);
  const keepQuiet = (): void => undefined;
  const chat = debug ? tell : keepQuiet;
  return { debug: chat, info: chat, warn: tell, error: tell };
}
