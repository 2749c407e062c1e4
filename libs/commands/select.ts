/** From the names that a request gives to watchers (protocol 2.1 "Names"). */
import { matchesPattern } from '#libs/config';
import { CircusError, type Controller, type Selection, type WatcherView } from '#libs/protocol';

/** A way of matching: whether a lower-cased watcher name is meant by what was sent. */
type Matcher = (key: string) => boolean;

/**
 * The watcher of that name, in any case.
 *
 * @throws CircusError `not_found`: `program <name as sent> not found`
 */
export function requireWatcher(controller: Controller, name: string): WatcherView {
  return controller.findWatcher(name.toLowerCase()) ?? notFound(name);
}

/** All watchers without a name; else the one of that name. Patterns are not looked at. */
export function selectByName(controller: Controller, name: string | undefined): Selection {
  if (name === undefined) return { kind: 'all' };
  return { kind: 'one', key: requireWatcher(controller, name).key };
}

/**
 * All watchers without a name; else those that match. One match is that watcher's own command,
 * with its `info`; several are worked through like all of them.
 *
 * @throws CircusError `invalid_message` for an unknown method or a faulty expression, `not_found`
 *   when nothing matches
 */
export function selectByPattern(
  controller: Controller,
  { name, match }: { readonly name?: string; readonly match: string },
): Selection {
  if (name === undefined) return { kind: 'all' };
  const matches = matcher(match, name);
  const keys = controller
    .watchers()
    .map(({ key }) => key)
    .filter(matches);
  const [first, ...others] = keys;
  if (first === undefined) return notFound(name);
  return others.length === 0 ? { kind: 'one', key: first } : { kind: 'several', keys };
}

function matcher(method: string, name: string): Matcher {
  switch (method) {
    case 'simple':
      return (key) => key === name.toLowerCase();
    case 'glob':
      return (key) => matchesPattern(key, name.toLowerCase());
    case 'regex':
      return regexMatcher(name);
    default:
      throw new CircusError('invalid_message', `unknown match method ${method}`);
  }
}

/** Anchored at the start only, as Python's `match` is. */
function regexMatcher(pattern: string): Matcher {
  try {
    const expression = new RegExp(pattern, 'iy');
    return (key) => {
      expression.lastIndex = 0;
      return expression.test(key);
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CircusError('invalid_message', `invalid regular expression '${pattern}': ${why}`);
  }
}

function notFound(name: string): never {
  throw new CircusError('not_found', `program ${name} not found`);
}
