/**
 * Values of watcher options as they are typed, until libs/config's own table does it: then this file
 * is one import. It knows no more than which options are no text.
 */
import { type Json, parseSignal } from '#libs/protocol';
import { UsageError } from './command.ts';
import type { ParseOptionWord } from './option-table.ts';

type WordKind = 'integer' | 'number' | 'boolean' | 'signal' | 'id' | 'pairs' | 'hooks';

const kinds: Readonly<Record<WordKind, readonly string[]>> = {
  integer: [
    'numprocesses',
    'max_age',
    'max_age_variance',
    'max_retry',
    'flapping_attempts',
    'priority',
    'stdout_stream.max_bytes',
    'stdout_stream.backup_count',
    'stderr_stream.max_bytes',
    'stderr_stream.backup_count',
  ],
  number: ['warmup_delay', 'graceful_timeout', 'retry_in', 'flapping_window'],
  boolean: [
    'shell',
    'send_hup',
    'stop_children',
    'respawn',
    'singleton',
    'copy_env',
    'copy_path',
    'autostart',
    'on_demand',
    'use_sockets',
    'close_child_stdin',
    'close_child_stdout',
    'close_child_stderr',
  ],
  signal: ['stop_signal'],
  id: ['uid', 'gid'],
  pairs: ['env'],
  hooks: ['hooks'],
};

const kindByName = new Map(
  Object.entries(kinds).flatMap(([kind, names]) => names.map((name) => [name, kind] as const)),
);

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'yes', 'true', 'on'].map((word) => [word, true] as const),
  ...['0', 'no', 'false', 'off'].map((word) => [word, false] as const),
]);

/** See `ParseOptionWord`. Limits (`rlimit_nofile`) are integers; `hooks` is `name:value,...`. */
export const parseOptionWord: ParseOptionWord = (name, text) => {
  if (name.startsWith('rlimit_')) return integer(name, text);
  switch (kindByName.get(name)) {
    case 'integer':
      return integer(name, text);
    case 'number':
      return number(name, text);
    case 'boolean':
      return booleans.get(text.toLowerCase()) ?? refuse(name, text, 'true or false');
    case 'signal':
      return parseSignal(text) ?? refuse(name, text, 'a signal');
    case 'id':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'pairs':
      return pairs(name, text, '=');
    case 'hooks':
      return pairs(name, text, ':');
    default:
      return text;
  }
};

function integer(name: string, text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : refuse(name, text, 'an integer');
}

function number(name: string, text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : refuse(name, text, 'a number');
}

/** A hook's value may hold a comma itself (`module.hook,true`): a part without the mark goes on. */
function pairs(name: string, text: string, mark: '=' | ':'): Json {
  const parts: [string, string][] = [];
  for (const part of text.split(',')) {
    const place = part.indexOf(mark);
    const previous = parts.at(-1);
    if (place > 0) parts.push([part.slice(0, place).trim(), part.slice(place + 1).trim()]);
    else if (previous !== undefined) previous[1] += `,${part}`;
    else if (text.trim() !== '') refuse(name, text, `name${mark}value,...`);
  }
  return Object.fromEntries(parts);
}

function refuse(name: string, text: string, expected: string): never {
  throw new UsageError(`${name} should be ${expected}, not '${text}'`);
}
