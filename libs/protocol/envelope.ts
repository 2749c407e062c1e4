/** Requests and replies of the control endpoint (protocol 1.2 and 1.3). */
import { CircusError } from './errors.ts';
import { isJsonObject, isNestedDeeper, type Json, type JsonObject } from './json.ts';

/** One request as a command sees it. */
export interface Request {
  /** Echoed in the reply; null when the client sent none. */
  readonly id: Json;
  /** Lower-cased: commands are looked up in any case. */
  readonly command: string;
  /** The command as the client spelled it, for messages. */
  readonly sentCommand: string;
  readonly properties: JsonObject;
  /** The client wants no reply of any kind, not even for an error. */
  readonly isCast: boolean;
}

/** What a command gives back, without status, time and id. */
export type ReplyBody = { readonly [key: string]: Json };

/** More than any message needs, and far from what would overflow the stack of a JSON writer. */
const maxLevels = 64;

/** The spellings of `properties` that the manual's samples print. */
const propertySpellings = ['properties', 'property', 'propeties'] as const;

/**
 * Reads one request.
 *
 * @throws CircusError `invalid_json`, `unknown_command` (no or a non-string command) or
 *   `invalid_message` (properties that are not an object).
 */
export function parseRequest(frame: Uint8Array): Request {
  const message = parseObject(frame);
  const { command } = message;
  if (typeof command !== 'string') {
    throw new CircusError('unknown_command', `unknown command: ${JSON.stringify(command ?? null)}`);
  }
  return {
    id: message['id'] ?? null,
    command: command.toLowerCase(),
    sentCommand: command,
    properties: readProperties(message),
    isCast: isCast(message),
  };
}

/**
 * What can still be said of a request that could not be read: its id, and whether it is a cast.
 * A client throws away a reply whose id is not its own.
 */
export function salvageRequest(frame: Uint8Array): Pick<Request, 'id' | 'isCast'> {
  try {
    const message = parseObject(frame);
    return { id: message['id'] ?? null, isCast: isCast(message) };
  } catch {
    return { id: null, isCast: false };
  }
}

/** A successful reply. `body.status` wins: `status` of one watcher is its state. */
export function okReply(id: Json, body: ReplyBody, epochSeconds: number): string {
  return JSON.stringify({ status: 'ok', time: epochSeconds, ...body, id });
}

/** An error reply. */
export function errorReply(id: Json, error: CircusError, epochSeconds: number): string {
  const { errno, message } = error;
  return JSON.stringify({
    status: 'error',
    time: epochSeconds,
    reason: message,
    errno,
    tb: null,
    id,
  });
}

function parseObject(frame: Uint8Array): JsonObject {
  let message: unknown;
  try {
    message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame));
  } catch (cause) {
    throw new CircusError('invalid_json', 'json invalid', cause);
  }
  if (!isJsonObject(message)) throw new CircusError('invalid_json', 'json invalid: not an object');
  if (isNestedDeeper(message, maxLevels)) {
    throw new CircusError('invalid_json', `json invalid: nested deeper than ${maxLevels} levels`);
  }
  return message;
}

function readProperties(message: JsonObject): JsonObject {
  for (const spelling of propertySpellings) {
    if (!(spelling in message)) continue;
    const properties = message[spelling];
    if (isJsonObject(properties)) return properties;
    throw new CircusError('invalid_message', `'${spelling}' should be an object`);
  }
  return {};
}

function isCast(message: JsonObject): boolean {
  return message['msg_type'] === 'cast';
}
