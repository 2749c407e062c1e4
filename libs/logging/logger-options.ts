/** How a program asks for its log. */

/** The levels of the manual, least important last. */
export const logLevels = ['critical', 'error', 'warning', 'info', 'debug'] as const;

/** A level of the manual. */
export type LogLevel = (typeof logLevels)[number];

/** Lines for people, or one JSON object a line with `level`, `time` (ISO), `name`, `pid`, `msg`. */
export type LogFormat = 'human' | 'json';

/** How and where to log. */
export interface LoggerOptions {
  /** Who logs; the original's lines say `circus`. */
  readonly name: string;
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** A path, `-` for standard error, or a syslog address. */
  readonly output: string;
  /** Sends one message to a UNIX datagram socket, which Node cannot; needed for `syslog:///path`. */
  readonly sendTo?: (path: string) => (message: string) => void;
}
