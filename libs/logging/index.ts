/** Logs of every program: pino, with the manual's line form for people and JSON for machines. */
export { createLogger, type Logger } from './logger.ts';
export { type LoggerSettings, readLoggerConfig } from './logger-config.ts';
export { type LogFormat, type LoggerOptions, type LogLevel, logLevels } from './logger-options.ts';
