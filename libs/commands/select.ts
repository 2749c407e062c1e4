/** From the names that a request gives to watchers (protocol 2.1 "Names"). */
import { runInNewContext } from 'node:vm';
import { matchesPattern } from '#libs/config';
import {
  CircusError,
  type Controller,
  messageOf,
  type Selection,
  type WatcherView,
} from '#libs/protocol';

/** A way of matching: those of the lower-cased watcher names that are meant by what was sent. */
type Matcher = (keys: readonly string[]) => string[];

/** More than any list of names needs. Characters. */
const longestPattern = 10_000;

/** Some expressions take for ever to find that a name does not match; nobody is to wait for that. */
const regexPatienceMs = 50;

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
  if (name.length > longestPattern) {
    const message = `'name' is ${name.length} characters long: use at most ${longestPattern}`;
    throw new CircusError('invalid_message', message);
  }
  const matches = nameMatcher(match, name);
  const keys = matches(controller.watchers().map(({ key }) => key));
  const [first, ...others] = keys;
  if (first === undefined) return notFound(name);
  return others.length === 0 ? { kind: 'one', key: first } : { kind: 'several', keys };
}

/**
 * Which lower-cased names a pattern means (protocol 2.1).
 *
 * @throws CircusError `invalid_message` for an unknown method or a faulty expression
 */
export function nameMatcher(method: string, name: string): Matcher {
  switch (method) {
    case 'simple':
      return (keys) => keys.filter((key) => key === name.toLowerCase());
    case 'glob':
      return (keys) => keys.filter((key) => matchesPattern(key, name.toLowerCase()));
    case 'regex':
      return regexMatcher(name);
    default:
      throw new CircusError('invalid_message', `unknown match method ${method}`);
  }
}

/**
 * Anchored at the start only, as Python's `match` is. Only a script of its own can be given a time;
 * it is the same engine, so what matches elsewhere matches here.
 */
function regexMatcher(pattern: string): Matcher {
  const expression = readExpression(pattern);
  const isMeant = (key: string): boolean => {
    expression.lastIndex = 0;
    return expression.test(key);
  };
  return (keys) => {
    const select = (): string[] => keys.filter(isMeant);
    const timed = (): string[] => {
      return runInNewContext('select()', { select }, { timeout: regexPatienceMs });
    };
    try {
      return timed();
    } catch {
      // The time is a clock's, not the expression's own: on a busy machine it can pass without it.
    }
    try {
      return timed();
    } catch (cause) {
      throw new CircusError(
        'invalid_message',
        `regular expression '${pattern}' takes longer than ${regexPatienceMs} ms: write it without a repetition inside a repetition`,
        cause,
      );
    }
  };
}

function readExpression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'iy');
  } catch (cause) {
    const why = messageOf(cause);
    throw new CircusError('invalid_message', `invalid regular expression '${pattern}': ${why}`);
  }
}

function notFound(name: string): never {
  throw new CircusError('not_found', `program ${name} not found`);
}
