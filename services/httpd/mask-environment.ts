import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';

const mask = '********';

/**
 * A reply without the values of environment variables, which is where secrets are. `options`, `get`
 * and `config` have them under `env`; a plan of `reloadconfig` as changes of `env`.
 */
export function maskEnvironment(value: Json): Json {
  if (Array.isArray(value)) return value.map(maskEnvironment);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => {
    return [key, key === 'env' ? maskValues(item) : maskEnvironment(item)];
  });
  return maskNamed(Object.fromEntries(entries));
}

/** `{name: 'env', value}`, as `config` and plans put it. */
function maskNamed(object: JsonObject): JsonObject {
  const named = object['name'] ?? object['key'] ?? object['option'];
  if (named !== 'env') return object;
  const hidden = ['value', 'from', 'to', 'before', 'after', 'old', 'new'];
  return Object.fromEntries(
    Object.entries(object).map(([key, item]) => [
      key,
      hidden.includes(key) ? maskValues(item) : item,
    ]),
  );
}

function maskValues(value: Json): Json {
  if (!isJsonObject(value)) return value === null ? null : mask;
  return Object.fromEntries(Object.keys(value).map((key) => [key, mask]));
}
