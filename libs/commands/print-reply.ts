/** Printed forms that several commands share (protocol 2.1 "Console output"). */
import { printWatcherOption } from '#libs/config';
import { printValue } from '#libs/options';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';

/** What a command without data prints. */
export function printOk(): string {
  return 'ok';
}

/** What a refused command prints on standard error. */
export function printReason(reply: JsonObject): string {
  return `error: ${printValue(reply['reason'])}`;
}

/** `key: value` a line; null is empty, `env` is `A=1,B=2` sorted by name. */
export function printOptions(options: Json | undefined): string {
  if (options === undefined || !isJsonObject(options)) return '';
  const lines = Object.entries(options).map(([key, value]) => {
    return `${key}: ${printWatcherOption(key, value)}`;
  });
  return lines.join('\n');
}
