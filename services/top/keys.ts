/** What keys do. All is looking: circus-top changes nothing of what runs. */
import { cursorIndex, type Row, type SortKey, type View } from './view.ts';

/** A key as terminals tell it. */
export interface Key {
  /** `up`, `pagedown`, `escape`, `c`... */
  readonly name: string;
  /** What it types, if it is a letter. */
  readonly letter?: string;
}

/** What is on the screen when the key is pressed. */
export interface Shown {
  readonly rows: readonly Row[];
  /** Rows that fit on it. */
  readonly height: number;
}

/** Keys and what they do, for the help screen and the manual page. */
export const keyTable: readonly (readonly [keys: string, meaning: string])[] = [
  ['Up Down j k', 'move the mark; PgUp PgDn Home End move it far'],
  ['Enter Space', 'fold the group of the mark, or unfold it'],
  ['f', 'fold all groups, or unfold all'],
  ['c m a p n', 'sort by CPU, memory, age, pid, name'],
  ['r', 'the other way round'],
  ['t', 'all processes in one list, or by watcher'],
  ['/', 'show only what has a text in its name; Enter keeps it, Escape takes it back'],
  ['? h', 'this page'],
  ['q Ctrl-C', 'leave'],
];

const sortKeys: Readonly<Record<string, SortKey>> = {
  c: 'cpu',
  m: 'mem',
  a: 'age',
  p: 'pid',
  n: 'name',
};

/** The view after a key; `undefined`: circus-top is left. */
export function press(key: Key, view: View, shown: Shown): View | undefined {
  if (key.name === 'C-c') return undefined;
  if (view.isTyping) return typeFilter(key, view);
  if (view.isHelp) return key.name === 'q' ? undefined : { ...view, isHelp: false };
  const sort = sortKeys[key.name];
  if (sort !== undefined) return { ...view, sort };
  switch (key.name) {
    case 'q':
      return undefined;
    case '?':
    case 'h':
      return { ...view, isHelp: true };
    case 'r':
      return { ...view, isReversed: !view.isReversed };
    case 't':
      return { ...view, isFlat: !view.isFlat, top: 0 };
    case '/':
      return { ...view, isTyping: true };
    case 'escape':
      return { ...view, filter: '' };
    case 'f':
      return foldAll(view, shown);
    case 'enter':
    case 'space':
      return foldOne(view, shown);
    default:
      return moved(key.name, view, shown);
  }
}

function typeFilter({ name, letter }: Key, view: View): View {
  if (name === 'enter') return { ...view, isTyping: false };
  if (name === 'escape') return { ...view, isTyping: false, filter: '' };
  if (name === 'backspace') return { ...view, filter: [...view.filter].slice(0, -1).join('') };
  return letter === undefined ? view : { ...view, filter: view.filter + letter };
}

function foldAll(view: View, { rows }: Shown): View {
  const isAny = rows.some(({ member }) => member !== undefined);
  const names = rows.map(({ group }) => group.name);
  return { ...view, folded: new Set(isAny ? names : []), top: 0 };
}

function foldOne(view: View, { rows }: Shown): View {
  const row = rows[cursorIndex(rows, view)];
  if (row === undefined || view.isFlat) return view;
  const { name } = row.group;
  const folded = new Set(view.folded);
  if (!folded.delete(name)) folded.add(name);
  return { ...view, folded, cursor: name };
}

function moved(name: string, view: View, { rows, height }: Shown): View {
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageup: 1 - height,
    pagedown: height - 1,
    home: Number.NEGATIVE_INFINITY,
    g: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
    'S-g': Number.POSITIVE_INFINITY,
  };
  const step = steps[name];
  if (step === undefined) return view;
  const to = Math.min(rows.length - 1, Math.max(0, cursorIndex(rows, view) + step));
  return { ...view, cursor: rows[to]?.id ?? '' };
}
