/** Any value that JSON can carry; what a property, an option or a reply is made of. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object as it arrives from the wire or is sent to it. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether a parsed value is a JSON object, not a list or a scalar. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
