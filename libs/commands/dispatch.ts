/** One frame of the control endpoint, from bytes to the reply's text (protocol 1). */
import { pythonRepr } from '#libs/options';
import {
  CircusError,
  type Controller,
  errorReply,
  type Json,
  type JsonObject,
  type Operation,
  okReply,
  parseRequest,
  type ReplyBody,
  type Request,
  salvageRequest,
} from '#libs/protocol';
import { catalog } from './catalog.ts';
import type { Command } from './command.ts';
import { findCommand } from './find-command.ts';
import { checkProperties, isTruthy } from './properties.ts';

/** Where dispatching tells what no client is told. */
export interface DispatchLog {
  /** A fault of our own, with the command that met it: never the client's doing. */
  onFault?(error: unknown, command: string): void;
  /** Work that was accepted, that nobody waits for, and that failed. */
  onFailure?(error: CircusError, command: string): void;
  /** The reply waits for work that the next program of this process can wait for as well. */
  onWait?(request: ParkedRequest): void;
}

/** A request whose reply waits for its work. Plain data. */
export interface ParkedRequest {
  readonly id: Json;
  readonly command: string;
  /** What the reply has in any case. */
  readonly reply: ReplyBody;
  /** For `Controller.awaitAgain`. */
  readonly parked: JsonObject;
}

/**
 * Carries out one request and gives the reply; `undefined` for a cast. With `waiting` it resolves
 * when the work is finished. Never rejects.
 */
export async function dispatch(
  controller: Controller,
  frame: Uint8Array,
  log: DispatchLog = {},
): Promise<string | undefined> {
  let request: Request;
  try {
    request = parseRequest(frame);
  } catch (error) {
    const { id, isCast } = salvageRequest(frame);
    return isCast ? undefined : errorReply(id, tell(error, '', log), epochSeconds());
  }
  const reply = await answer(controller, request, log);
  return request.isCast ? undefined : reply;
}

/** The reply to a request that an earlier program of this process has taken. Never rejects. */
export async function answerParked(
  controller: Controller,
  { id, command, reply, parked }: ParkedRequest,
  log: DispatchLog = {},
): Promise<string> {
  try {
    return okReply(
      id,
      await outcomeOf(reply, controller.awaitAgain(parked), command, log),
      epochSeconds(),
    );
  } catch (error) {
    return errorReply(id, tell(error, command, log), epochSeconds());
  }
}

async function answer(controller: Controller, request: Request, log: DispatchLog): Promise<string> {
  const { id, command: name } = request;
  try {
    const command = requireCommand(request);
    const properties = checkProperties(command.properties, request.properties);
    const result = await command.execute(controller, properties, catalog);
    const body = isOperation(result) ? await settle(result, command, request, log) : result;
    return okReply(id, body, epochSeconds());
  } catch (error) {
    return errorReply(id, tell(error, name, log), epochSeconds());
  }
}

function requireCommand({ command, sentCommand }: Request): Command {
  const found = findCommand(command);
  if (found !== undefined) return found;
  throw new CircusError('unknown_command', `unknown command: ${pythonRepr(sentCommand)}`);
}

async function settle(
  { reply, done, parked }: Operation,
  { name, canWait }: Command,
  { id, properties, isCast }: Request,
  log: DispatchLog,
): Promise<ReplyBody> {
  if (canWait && !isCast && isTruthy(properties['waiting'])) {
    if (parked !== undefined) log.onWait?.({ id, command: name, reply, parked });
    return await outcomeOf(reply, done, name, log);
  }
  done.catch((error) => {
    if (error instanceof CircusError) log.onFailure?.(error, name);
    else log.onFault?.(error, name);
  });
  return reply;
}

async function outcomeOf(
  reply: ReplyBody,
  done: Promise<ReplyBody>,
  command: string,
  log: DispatchLog,
): Promise<ReplyBody> {
  try {
    return { ...reply, ...(await done) };
  } catch (error) {
    const { message } = tell(error, command, log);
    throw new CircusError('failed', message, error);
  }
}

/** What the client may know of an error: all of a CircusError, no more than the text of others. */
function tell(error: unknown, command: string, log: DispatchLog): CircusError {
  if (error instanceof CircusError) return error;
  log.onFault?.(error, command);
  const text = error instanceof Error ? error.message : String(error);
  return new CircusError('internal', `command ${command} failed: ${text}`, error);
}

function isOperation(result: ReplyBody | Operation): result is Operation {
  return result['done'] instanceof Promise;
}

function epochSeconds(): number {
  return Date.now() / 1000;
}
