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

/** Whether lists and objects are nested in more than `levels` levels, the outermost being one. */
export function isNestedDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner: Json) => isNestedDeeper(inner, levels - 1));
}
