import { isJsonObject, type Json } from '#libs/protocol';
import { printValue } from './print-reply.ts';

/** One event of the shape `{topic, ...payload}` as `<topic>: <json>`. */
export function printEvent(event: Json): string {
  if (!isJsonObject(event)) return printValue(event);
  const { topic, ...payload } = event;
  return `${printValue(topic)}: ${JSON.stringify(payload)}`;
}
