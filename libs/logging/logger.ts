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
  /**
   * Writes what is still in memory, before the program exits; gives up on an output that takes
   * nothing. What is logged afterwards is dropped.
   */
  close(): Promise<void>;
}

const pinoLevels: Readonly<Record<LogLevel, pino.Level>> = {
  critical: 'fatal',
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
};

const standardError = 2;

/** How long a program that is ending tries to write its last lines. */
const lastWordsMs = 1_000;

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
    close: async () => {
      logger.level = 'silent';
      await end(destination);
    },
  };
}

/**
 * Not flushSync: on a full disk or a closed pipe it tries again for ever, and the program never
 * ends. For the same reason the destination is destroyed: pino would flush it at the exit.
 */
async function end(destination: ReturnType<typeof pino.destination>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, lastWordsMs);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    destination.once('close', stop);
    destination.once('error', stop);
    destination.end();
  });
  destination.destroy();
}
