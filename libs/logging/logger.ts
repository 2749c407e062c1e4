/** A logger that writes to a descriptor or file without ever holding up the program. */
import pino from 'pino';
import type { LoggerOptions, LogLevel } from './logger-options.ts';
import { openSink } from './sink.ts';

/** What programs log with. */
export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  fatal(text: string): void;
  /** From now on only what is at least this important. */
  setLevel(level: LogLevel): void;
  /** Opens the file again, after somebody has renamed it. */
  reopen(): void;
  /** Writes what is still in memory; gives up on an output that takes nothing. */
  flush(): Promise<void>;
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

/**
 * Makes a logger. Lines are written asynchronously and in order; when the output takes nothing (a
 * full disk, a closed pipe) lines are dropped rather than anybody held up.
 *
 * @throws Error the file cannot be opened, or the syslog address is none
 */
export function createLogger(options: LoggerOptions): Logger {
  const { name, level, format } = options;
  const sink = openSink(options);
  const logger = pino(
    {
      level: pinoLevels[level],
      base: { name, pid: process.pid },
      ...(format === 'json' ? { timestamp: pino.stdTimeFunctions.isoTime } : {}),
    },
    sink,
  );
  return {
    debug: (text) => logger.debug(text),
    info: (text) => logger.info(text),
    warn: (text) => logger.warn(text),
    error: (text) => logger.error(text),
    fatal: (text) => logger.fatal(text),
    setLevel: (next) => {
      logger.level = pinoLevels[next];
    },
    reopen: sink.reopen,
    flush: sink.flush,
    close: async () => {
      logger.level = 'silent';
      await sink.close();
    },
  };
}
