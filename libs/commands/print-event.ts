import { printValue } from '#libs/options';
import { isJsonObject, type Json } from '#libs/protocol';

/** One event of the shape `{topic, ...payload}` as `<topic>: <json>`. */
export function printEvent(event: Json): string {
  if (!isJsonObject(event)) return printValue(event);
  const { topic, ...payload } = event;
  return `${printValue(topic)}: ${JSON.stringify(payload)}`;
}
