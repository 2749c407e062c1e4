/** Printed forms that several commands share (protocol 2.1 "Console output"). */
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import { pythonStr } from './python-text.ts';

/** What a command without data prints. */
export function printOk(): string {
  return 'ok';
}

/** What a refused command prints on standard error. */
export function printReason(reply: JsonObject): string {
  return `error: ${printValue(reply['reason'])}`;
}

/** A value as text; what the daemon did not send is empty. */
export function printValue(value: Json | undefined): string {
  return value === undefined || value === null ? '' : pythonStr(value);
}

/** `key: value` a line; null is empty, `env` is `A=1,B=2` sorted by name. */
export function printOptions(options: Json | undefined): string {
  if (options === undefined || !isJsonObject(options)) return '';
  const lines = Object.entries(options).map(([key, value]) => {
    return `${key}: ${key === 'env' ? printEnv(value) : printValue(value)}`;
  });
  return lines.join('\n');
}

function printEnv(env: Json): string {
  if (!isJsonObject(env)) return printValue(env);
  const names = Object.keys(env).sort();
  return names.map((name) => `${name}=${printValue(env[name])}`).join(',');
}
