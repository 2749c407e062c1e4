/** Logs of every program: pino, with the manual's line form for people and JSON for machines. */
export { createLogger, type LogFormat, type Logger, type LogLevel, logLevels } from './logger.ts';
export { type LoggerSettings, readLoggerConfig } from './logger-config.ts';
