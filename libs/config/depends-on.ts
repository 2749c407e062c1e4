/** depends_on: which watchers another one waits for, how it is written, and what cannot be. */
import { type OptionKind, quoteName, suggestName } from '#libs/options';
import { CircusError, type Json } from '#libs/protocol';
import type { WatcherConfig } from './watcher-config.ts';

const conditions = ['started', 'ready', 'completed'] as const;

/** What another watcher must have reached. */
export interface DependencySetting {
  /** The key of the other watcher: its name in lower case. */
  readonly watcher: string;
  readonly condition: (typeof conditions)[number];
}

/** `NAME:condition, NAME`: kept as a list of `name:condition`. */
export const dependencies: OptionKind<readonly string[]> = {
  name: 'list of NAME:condition',
  form: 'watchers with what they must have reached, such as db:ready, migrate:completed',
  jsonSchema: { type: ['array', 'string'], items: { type: 'string' } },
  parse: (text) => normalise(text.split(',')),
  check: (value, name) => {
    if (typeof value === 'string') return normalise(value.split(','));
    if (Array.isArray(value)) return normalise(value.map((item: Json) => requireText(item, name)));
    throw new CircusError('invalid_message', `${quoteName(name)} isn't a list of strings`);
  },
  print: (value) => value.join(', '),
};

function normalise(items: readonly string[]): string[] {
  return items
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(normaliseOne);
}

function normaliseOne(item: string): string {
  const colon = item.lastIndexOf(':');
  if (colon === -1) return `${item.toLowerCase()}:ready`;
  const name = item.slice(0, colon).trim().toLowerCase();
  const word = item
    .slice(colon + 1)
    .trim()
    .toLowerCase();
  if (name !== '' && conditions.some((condition) => condition === word)) return `${name}:${word}`;
  const meant = suggestName(word, conditions);
  const remedy = meant === undefined ? `one of ${conditions.join(', ')}` : `did you mean ${meant}?`;
  throw new CircusError(
    'invalid_message',
    `${JSON.stringify(item)} is not NAME:condition: ${remedy}`,
  );
}

function requireText(value: Json, name: string): string {
  if (typeof value === 'string') return value;
  throw new CircusError('invalid_message', `${quoteName(name)} isn't a list of strings`);
}

/** What a watcher depends on, read from its option. */
export function dependenciesOf({ options }: WatcherConfig): DependencySetting[] {
  return options.depends_on.map((item) => {
    const colon = item.lastIndexOf(':');
    const word = item.slice(colon + 1);
    const condition = conditions.find((known) => known === word) ?? 'ready';
    return { watcher: item.slice(0, colon), condition };
  });
}

/** A watcher whose depends_on cannot ever come true. */
export interface DependencyProblem {
  readonly key: string;
  readonly message: string;
}

/** Unknown names, conditions that are never reached, and circles; of all watchers together. */
export function findDependencyProblems(watchers: readonly WatcherConfig[]): DependencyProblem[] {
  const byKey = new Map(watchers.map((watcher) => [keyOf(watcher), watcher]));
  const problems: DependencyProblem[] = [];
  for (const [key, watcher] of byKey) {
    for (const { watcher: name, condition } of dependenciesOf(watcher)) {
      const message = problemWith(name, condition, byKey);
      if (message !== undefined) problems.push({ key, message });
    }
  }
  for (const circle of findCircles(byKey)) {
    const [key = ''] = circle;
    problems.push({ key, message: `waits for itself: ${[...circle, key].join(' -> ')}` });
  }
  return problems;
}

/**
 * Refuses a watcher that would wait for ever.
 *
 * @param all - the watchers as they would be, this one among them
 * @throws CircusError `invalid_message`
 */
export function requireDependencies(config: WatcherConfig, all: readonly WatcherConfig[]): void {
  const key = keyOf(config);
  const others = all.filter((other) => keyOf(other) !== key);
  const messages = findDependencyProblems([...others, config])
    .filter((problem) => problem.key === key || problem.message.includes(` ${key} -> `))
    .map(({ message }) => message);
  if (config.options.depends_on.length === 0 || messages.length === 0) return;
  throw new CircusError('invalid_message', `'depends_on': ${messages.join('; ')}`);
}

function problemWith(
  name: string,
  condition: DependencySetting['condition'],
  byKey: ReadonlyMap<string, WatcherConfig>,
): string | undefined {
  const needed = byKey.get(name);
  if (needed === undefined) {
    const meant = suggestName(name, [...byKey.keys()]);
    const remedy = meant === undefined ? `write [watcher:${name}]` : `did you mean ${meant}?`;
    return `there is no watcher ${quoteName(name)}: ${remedy}`;
  }
  if (condition !== 'completed' || !needed.options.respawn) return undefined;
  return `${name} is never completed, its processes are replaced: write respawn = False there, or ${name}:ready here`;
}

/** Each circle once, beginning with its first name. */
function findCircles(byKey: ReadonlyMap<string, WatcherConfig>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (key: string, path: readonly string[]): void => {
    const start = path.indexOf(key);
    if (start !== -1) circles.push(fromFirst(path.slice(start)));
    const watcher = byKey.get(key);
    if (start !== -1 || watcher === undefined || done.has(key)) return;
    for (const { watcher: next } of dependenciesOf(watcher)) walk(next, [...path, key]);
    done.add(key);
  };
  for (const key of [...byKey.keys()].sort()) walk(key, []);
  return circles;
}

function fromFirst(circle: readonly string[]): string[] {
  const first = [...circle].sort()[0] ?? '';
  const place = circle.indexOf(first);
  return [...circle.slice(place), ...circle.slice(0, place)];
}

function keyOf({ name }: WatcherConfig): string {
  return name.toLowerCase();
}
