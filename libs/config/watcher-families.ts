/** Watcher options that come in families: `rlimit_X`, `stdout_stream.K`, `hooks.NAME`. */
import { printValue, quoteName, suggestName } from '#libs/options';
import { CircusError, isJsonObject, type Json } from '#libs/protocol';
import { parseHook } from './hook.ts';

/** Every resource limit of Linux, as it follows `rlimit_`. `ofile` is an old name of `nofile`. */
export const rlimitNames = [
  'as',
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
] as const;

/** The keys that the built-in stream classes know (protocol 8); those of others keep their case. */
export const streamKeys = [
  'class',
  'filename',
  'max_bytes',
  'backup_count',
  'time_format',
  'rotate_when',
  'rotate_interval',
  'utc',
  'color',
  'on_full',
  'refresh_time',
] as const;

/** What can be called at the turns of a watcher's life (protocol 2.4). */
export const hookNames = [
  'before_start',
  'after_start',
  'before_stop',
  'after_stop',
  'before_spawn',
  'after_spawn',
  'before_signal',
  'after_signal',
  'before_reap',
  'after_reap',
  'extended_stats',
] as const;

export type HookName = (typeof hookNames)[number];

/** The options of a stream class, `class` among them when it is given. */
export type StreamOptions = Readonly<Record<string, string>>;

/** One output of the processes. */
export type StreamName = 'stdout' | 'stderr';

/** A member of a family, by its option name. */
export type FamilyMember =
  | { readonly family: 'rlimit'; readonly limit: string }
  | { readonly family: 'stream'; readonly stream: StreamName; readonly key: string }
  | { readonly family: 'streams'; readonly stream: StreamName }
  | { readonly family: 'hook'; readonly hook: string }
  | { readonly family: 'hooks' };

/** Which family an option name belongs to, if any. The family's part is read in any case. */
export function findFamily(name: string): FamilyMember | undefined {
  const [, limit] = /^rlimit_(.*)$/i.exec(name) ?? [];
  if (limit !== undefined) return { family: 'rlimit', limit: limitName(limit) };
  const [, hook] = /^hooks\.(.*)$/i.exec(name) ?? [];
  if (hook !== undefined) return { family: 'hook', hook: hook.toLowerCase() };
  if (/^hooks$/i.test(name)) return { family: 'hooks' };
  const [, output, key] = /^(stdout|stderr)_stream(?:\.(.*))?$/i.exec(name) ?? [];
  if (output === undefined) return undefined;
  const stream = output.toLowerCase() === 'stdout' ? 'stdout' : 'stderr';
  if (key === undefined) return { family: 'streams', stream };
  return { family: 'stream', stream, key: streamKey(key) };
}

function streamKey(key: string): string {
  const lower = key.toLowerCase();
  return streamKeys.find((known) => known === lower) ?? key;
}

function limitName(text: string): string {
  const lower = text.toLowerCase();
  return lower === 'ofile' ? 'nofile' : lower;
}

/** The option name in the spelling that `options` shows. */
export function familyOptionName(member: FamilyMember): string {
  switch (member.family) {
    case 'rlimit':
      return `rlimit_${member.limit}`;
    case 'hook':
      return `hooks.${member.hook}`;
    case 'hooks':
      return 'hooks';
    case 'streams':
      return `${member.stream}_stream`;
    case 'stream':
      return `${member.stream}_stream.${member.key}`;
  }
}

/** Numbers on the wire, where the original's daemon wants them as such (protocol 2.4). */
const streamNumbers: ReadonlySet<string> = new Set(['max_bytes', 'backup_count']);

/**
 * Reads the text of a family's option. An empty or `unlimited` limit is null, no limit.
 *
 * @throws CircusError `invalid_message`
 */
export function parseFamilyOption(member: FamilyMember, text: string): Json {
  requireKnownMember(member);
  switch (member.family) {
    case 'rlimit':
      return parseLimit(text);
    case 'hook':
      return checkHookText(text);
    case 'hooks':
      return parseHooks(text);
    case 'streams':
      throw new CircusError(
        'invalid_message',
        `has options of its own: write ${member.stream}_stream.class = ${text || 'FileStream'}`,
      );
    case 'stream':
      return streamNumbers.has(member.key) && /^\d+$/.test(text) ? Number(text) : text;
  }
}

/**
 * Checks the wire value of a family's option and normalises it.
 *
 * @throws CircusError `invalid_message`
 */
export function checkFamilyOption(member: FamilyMember, value: Json): Json {
  requireKnownMember(member);
  const name = familyOptionName(member);
  switch (member.family) {
    case 'rlimit':
      return checkLimit(name, value);
    case 'hook':
      return checkHook(name, value);
    case 'hooks':
      return checkHooks(value);
    case 'streams':
      return checkStream(name, value);
    case 'stream':
      return requireScalar(name, value);
  }
}

function requireKnownMember(member: FamilyMember): void {
  if (member.family === 'rlimit') requireKnown(`rlimit_${member.limit}`, member.limit, rlimitNames);
  if (member.family === 'hook') requireKnown(`hooks.${member.hook}`, member.hook, hookNames);
  if (member.family === 'stream' && member.key === '') {
    throw new CircusError('invalid_message', `unknown key ${quoteName(familyOptionName(member))}`);
  }
}

function requireKnown(option: string, part: string, known: readonly string[]): void {
  if (known.includes(part)) return;
  const suggestion = suggestName(part, known);
  const prefix = option.slice(0, option.length - part.length);
  const remedy =
    suggestion === undefined
      ? `use ${prefix} and one of ${known.join(', ')}`
      : `did you mean ${prefix}${suggestion}?`;
  throw new CircusError('invalid_message', `unknown key ${quoteName(option)}, ${remedy}`);
}

function parseLimit(text: string): number | null {
  if (/^(|unlimited|infinity|-1)$/i.test(text)) return null;
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new CircusError(
    'invalid_message',
    `${JSON.stringify(text)} is not a whole number such as 1024, or nothing for unlimited`,
  );
}

function checkLimit(name: string, value: Json): number | null {
  if (value === null || value === -1) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new CircusError('invalid_message', `${quoteName(name)} isn't an integer`);
}

/** A hook as files write it. */
function checkHookText(text: string): string {
  if (parseHook(text) !== undefined) return text;
  throw new CircusError(
    'invalid_message',
    `${JSON.stringify(text)} is not a hook: write exec:command or ./file.js#function, followed by ,true to ignore its errors`,
  );
}

/** `name:value,name:value`; a comma that no name follows belongs to the value. */
function parseHooks(text: string): Json {
  const items = text.split(/,(?=\s*\w+\s*:)/).filter((item) => item.trim() !== '');
  return checkHooks(
    Object.fromEntries(
      items.map((item) => {
        const colon = item.indexOf(':');
        return [item.slice(0, Math.max(colon, 0)).trim(), item.slice(colon + 1).trim()];
      }),
    ),
  );
}

function checkHook(name: string, value: Json): string {
  if (typeof value === 'string') return checkHookText(value);
  const [path, ignoresErrors] = Array.isArray(value) ? value : [];
  if (typeof path === 'string' && typeof ignoresErrors === 'boolean') {
    return checkHookText(`${path},${ignoresErrors}`);
  }
  throw new CircusError(
    'invalid_message',
    `${quoteName(name)} isn't a string or [string, boolean]`,
  );
}

function checkHooks(value: Json): Json {
  if (!isJsonObject(value)) {
    throw new CircusError('invalid_message', `'hooks' isn't a valid object`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([hook, item]) => {
      const name = hook.toLowerCase();
      requireKnownMember({ family: 'hook', hook: name });
      return [name, checkHook(`hooks.${name}`, item)];
    }),
  );
}

function checkStream(name: string, value: Json): Json {
  if (!isJsonObject(value)) {
    throw new CircusError('invalid_message', `${quoteName(name)} isn't a valid object`);
  }
  if (!('class' in value) && !('filename' in value))
    throw new CircusError('invalid_message', `${quoteName(name)} ${streamProblem}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, requireScalar(`${name}.${key}`, item)]),
  );
}

/** What is wrong with a stream that has neither a class nor a filename. */
export const streamProblem = "must have a 'class', or a 'filename' for a FileStream";

/** Stream classes and plugins get texts, as they would from a file. */
export function requireScalar(name: string, value: Json): string {
  if (value !== null && typeof value !== 'object') return printValue(value);
  throw new CircusError('invalid_message', `${quoteName(name)} isn't a string`);
}
