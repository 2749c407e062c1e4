/**
 * The original's logging configuration, as far as it says something that we can do: a level, and one
 * output that is standard error or a file (Python's dictConfig in JSON, fileConfig in ini). Whatever
 * else it asks for is refused by name rather than ignored.
 */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import ini from 'ini';

/** What a logging configuration comes down to here. */
export interface LoggerSettings {
  /** Python's name, lower-cased: `info`; undefined when it says nothing. */
  readonly level?: string;
  /** `-` or a file. */
  readonly output?: string;
}

type Table = Readonly<Record<string, unknown>>;

/**
 * Reads a `.json` or `.ini` file; `default` is what circusd does anyway.
 *
 * @throws Error what it asks for that circusd does not do, and what to use instead
 */
export function readLoggerConfig(path: string): LoggerSettings {
  if (path === 'default') return {};
  const text = readFileSync(path, 'utf8');
  const ending = extname(path).toLowerCase();
  if (ending === '.json') return fromDictionary(path, table(JSON.parse(text)));
  if (ending === '.ini' || ending === '.conf')
    return fromDictionary(path, fromIni(ini.parse(text)));
  throw new Error(`${path}: only .json and .ini logging configurations are read, and 'default'`);
}

/** fileConfig's sections in the shape of dictConfig. */
function fromIni(sections: Table): Table {
  const named = (kind: string): Table => {
    const names = String(table(sections[`${kind}s`])['keys'] ?? '').split(',');
    const entries = names
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => [name, table(sections[`${kind}_${name}`])] as const);
    return Object.fromEntries(entries);
  };
  const loggers = Object.entries(named('logger')).map(([name, logger]) => {
    const handlers = String(table(logger)['handlers'] ?? '').split(',');
    return [
      name,
      { ...table(logger), handlers: handlers.map((handler) => handler.trim()) },
    ] as const;
  });
  const handlers = Object.entries(named('handler')).map(([name, handler]) => {
    const [, argument] = /\(\s*(?:'([^']*)'|sys\.\w+)/.exec(String(table(handler)['args'])) ?? [];
    return [name, { ...table(handler), filename: argument, args: undefined }] as const;
  });
  const all: Table = Object.fromEntries(loggers);
  return {
    loggers: all,
    root: all['root'],
    handlers: Object.fromEntries(handlers),
    formatters: named('formatter'),
  };
}

function fromDictionary(path: string, config: Table): LoggerSettings {
  const logger = table(table(config['loggers'])['circus'] ?? config['root']);
  const names = Array.isArray(logger['handlers']) ? logger['handlers'].map(String) : [];
  if (names.length > 1) {
    throw new Error(`${path}: circusd logs to one place, and handlers are ${names.join(', ')}`);
  }
  const [name] = names;
  const output =
    name === undefined ? undefined : outputOf(path, name, table(table(config['handlers'])[name]));
  const { level } = logger;
  return {
    ...(typeof level === 'string' && level !== 'NOTSET' ? { level: level.toLowerCase() } : {}),
    ...(output === undefined ? {} : { output }),
  };
}

function outputOf(path: string, name: string, handler: Table): string {
  const kind = String(handler['class'] ?? '').replace(/^logging\.(handlers\.)?/, '');
  if (kind === 'StreamHandler') return '-';
  const { filename } = handler;
  if ((kind === 'FileHandler' || kind === 'WatchedFileHandler') && typeof filename === 'string') {
    return filename;
  }
  throw new Error(
    `${path}: handler ${name} is a ${kind}; circusd has StreamHandler, FileHandler and WatchedFileHandler, and logoutput = syslog://...`,
  );
}

function table(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {};
}
