/** A logger that writes to a descriptor or file without ever holding up the program. */
import { closeSync, openSync } from 'node:fs';
import pino from 'pino';
import { humanLine } from './human-line.ts';

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
  /** A path, or `-` for standard error. */
  readonly output: string;
}

/** What programs log with. */
export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  fatal(text: string): void;
  /** Opens the file again, after somebody has renamed it. */
  reopen(): void;
  /** Writes what is still in memory, before the program exits. */
  flush(): void;
}

const pinoLevels: Readonly<Record<LogLevel, pino.Level>> = {
  critical: 'fatal',
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
};

const standardError = 2;

/**
 * Makes a logger. Lines are written asynchronously and in order; when the output takes nothing (a
 * full disk, a closed pipe) lines are dropped rather than anybody held up.
 *
 * @throws Error the file cannot be opened
 */
export function createLogger({ name, level, format, output }: LoggerOptions): Logger {
  const isFile = output !== '-';
  // pino opens it later, and tells a failure to nobody who could still refuse to start.
  if (isFile) closeSync(openSync(output, 'a'));
  const destination = pino.destination({
    dest: isFile ? output : standardError,
    sync: false,
    append: true,
    mkdir: false,
    maxLength: 8 * 1024 * 1024,
  });
  // EPIPE, ENOSPC: there is no place to tell it. The next lines try again.
  destination.on('error', () => undefined);
  const stream =
    format === 'json'
      ? destination
      : { write: (json: string) => destination.write(humanLine(name, json)) };
  const logger = pino(
    {
      level: pinoLevels[level],
      base: { name, pid: process.pid },
      ...(format === 'json' ? { timestamp: pino.stdTimeFunctions.isoTime } : {}),
    },
    stream,
  );
  return {
    debug: (text) => logger.debug(text),
    info: (text) => logger.info(text),
    warn: (text) => logger.warn(text),
    error: (text) => logger.error(text),
    fatal: (text) => logger.fatal(text),
    reopen: () => {
      if (isFile) destination.reopen();
    },
    flush: () => flush(destination),
  };
}

/** Not possible while the file is not open yet, nor when its disk is full. */
function flush(destination: { flushSync(): void }): void {
  try {
    destination.flushSync();
  } catch {
    // Nowhere to tell it.
  }
}
