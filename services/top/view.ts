/** What is looked at, and how: changed by keys alone. */
import type { Group, Member } from './stats-model.ts';
import { printable } from './text.ts';

/** What members of a group are sorted by. */
export type SortKey = 'cpu' | 'mem' | 'age' | 'pid' | 'name';

/** Where somebody is. */
export interface View {
  readonly sort: SortKey;
  readonly isReversed: boolean;
  /** Only what has this in its name, in any case; empty: everything. */
  readonly filter: string;
  /** Keys are letters of the filter. */
  readonly isTyping: boolean;
  /** Groups whose members are not shown. */
  readonly folded: ReadonlySet<string>;
  /** All processes in one list. */
  readonly isFlat: boolean;
  readonly isHelp: boolean;
  /** The id of the row that is marked; the first one when it is not there. */
  readonly cursor: string;
  /** How many rows are above the screen. */
  readonly top: number;
}

/** How it begins. */
export const firstView: View = {
  sort: 'cpu',
  isReversed: false,
  filter: '',
  isTyping: false,
  folded: new Set(),
  isFlat: false,
  isHelp: false,
  cursor: '',
  top: 0,
};

/** One line of the list: a group, or a member of one. */
export interface Row {
  readonly id: string;
  readonly group: Group;
  readonly member?: Member;
}

/** The rows in their order. */
export function listRows(groups: readonly Group[], view: View): Row[] {
  const shown = groups.map((group) => ({ group, members: matching(group, view) }));
  if (view.isFlat) {
    const members = shown.flatMap(({ group, members: own }) =>
      group.isSockets ? [] : own.map((member) => ({ group, member })),
    );
    return sorted(members, view).map(({ group, member }) => memberRow(group, member));
  }
  return shown.flatMap(({ group, members }) => {
    if (members.length === 0 && view.filter !== '' && !hasText(group.name, view.filter)) return [];
    const heading = { id: group.name, group };
    if (view.folded.has(group.name)) return [heading];
    const ordered = sorted(
      members.map((member) => ({ group, member })),
      view,
    );
    return [heading, ...ordered.map(({ member }) => memberRow(group, member))];
  });
}

function memberRow(group: Group, member: Member): Row {
  return { id: `${group.name}\n${member.number}`, group, member };
}

/** All members of a group whose name fits, and of another those that fit themselves. */
function matching(group: Group, { filter }: View): readonly Member[] {
  if (filter === '' || hasText(group.name, filter)) return group.members;
  return group.members.filter(({ number, payload }) => {
    const texts = [String(number), memberName(payload), String(payload['username'] ?? '')];
    return texts.some((text) => hasText(text, filter));
  });
}

function hasText(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** What a member is called: its role in circus, its command or its address. */
export function memberName({ name, cmdline, address }: Member['payload']): string {
  return printable(String(address ?? name ?? cmdline ?? ''));
}

interface Entry {
  readonly group: Group;
  readonly member: Member;
}

/** The most demanding first; names and pids from the beginning. */
function sorted(entries: readonly Entry[], { sort, isReversed }: View): Entry[] {
  const direction = isReversed ? -1 : 1;
  return [...entries].sort((a, b) => {
    const order = compare(a.member, b.member, sort);
    return (order === 0 ? a.member.number - b.member.number : order) * direction;
  });
}

function compare(a: Member, b: Member, sort: SortKey): number {
  if (sort === 'pid') return a.number - b.number;
  if (sort !== 'name') return figure(b, sort) - figure(a, sort);
  const [first, second] = [memberName(a.payload), memberName(b.payload)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

/** What is not known comes last. */
function figure({ payload }: Member, key: 'cpu' | 'mem' | 'age'): number {
  const value = payload[key];
  return typeof value === 'number' ? value : Number.NEGATIVE_INFINITY;
}

/** The place of the marked row; 0 when it has gone. */
export function cursorIndex(rows: readonly Row[], { cursor }: View): number {
  return Math.max(
    0,
    rows.findIndex(({ id }) => id === cursor),
  );
}

/** Scrolled as little as it takes to show the marked row; no further than the last one. */
export function scrolled(rows: readonly Row[], view: View, height: number): View {
  const at = cursorIndex(rows, view);
  const lowest = Math.max(0, rows.length - height);
  const top = Math.min(lowest, Math.max(Math.min(view.top, at), at - height + 1));
  return { ...view, top };
}
