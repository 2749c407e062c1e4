import { type DispatchLog, dispatch } from '#libs/commands';
import type { Controller, JsonObject } from '#libs/protocol';

/** Sends one request through dispatch and gives the parsed reply, without its time. */
export async function ask(
  controller: Controller,
  command: string,
  properties?: unknown,
  log?: DispatchLog,
): Promise<JsonObject> {
  const message = { id: 'x', command, ...(properties === undefined ? {} : { properties }) };
  const text = await dispatch(controller, Buffer.from(JSON.stringify(message)), log);
  const { time, ...reply } = JSON.parse(text ?? 'null');
  if (typeof time !== 'number') throw new Error(`a reply without a time: ${text}`);
  return reply;
}
