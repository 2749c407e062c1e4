/** The whole screen, as lines: a calculation of what is known, how it is looked at, and the room. */
import { keyTable } from './keys.ts';
import { columnsFor, groupStory, headingLine, type Pen, rowLine } from './row-lines.ts';
import type { Group } from './stats-model.ts';
import { fitLine, type Line, piece, printable, printFigure, printSpan } from './text.ts';
import { cursorIndex, listRows, memberName, type Row, scrolled, type View } from './view.ts';

/** What is drawn. */
export interface Scene {
  readonly groups: readonly Group[];
  readonly view: View;
  readonly endpoint: string;
  readonly width: number;
  readonly height: number;
  readonly hasUnicode: boolean;
  /** The clock that `seenAt` is of, in milliseconds. */
  readonly nowMs: number;
  /** Epoch seconds. */
  readonly now: number;
  /** Of the latest data; `undefined` before the first. */
  readonly lastDataAt: number | undefined;
  /** What has not been told of for so long is out of date. Milliseconds. */
  readonly staleMs: number;
}

/** A drawn screen, and what keys need to know of it. */
export interface Frame {
  /** As many as the screen is high. */
  readonly lines: readonly Line[];
  readonly rows: readonly Row[];
  /** Rows that fit. */
  readonly height: number;
  /** The view, scrolled to its mark. */
  readonly view: View;
}

/** Lines that are no rows: title, headings, rule, foot. */
const furniture = 4;

/** Draws it. */
export function drawFrame(scene: Scene): Frame {
  const { view: asked, width, groups } = scene;
  const height = Math.max(1, scene.height - furniture);
  const rows = listRows(groups, asked);
  const view = scrolled(rows, asked, height);
  const pen: Pen = {
    columns: columnsFor(width),
    view,
    hasUnicode: scene.hasUnicode,
    isStale: (seenAt) => scene.nowMs - seenAt > scene.staleMs,
    now: scene.now,
  };
  const body = view.isHelp ? helpLines() : bodyLines(rows, view, pen, height, scene);
  // Letters that draw boxes go through a second alphabet, which not every terminal has.
  const rule = piece('-'.repeat(width), 'faint');
  const filled = Array.from({ length: height }, (_, at) => body[at] ?? []);
  const lines = [
    titleLine(scene),
    headingLine(pen),
    ...filled,
    [rule],
    footLine(rows, view, scene),
  ];
  const fitted = lines.map((line) => fitLine(line, width));
  return { lines: scene.hasUnicode ? fitted : fitted.map(withoutEllipses), rows, height, view };
}

function withoutEllipses(line: Line): Line {
  return line.map(({ text, tone }) => piece(text.replaceAll('…', '.'), tone));
}

function bodyLines(
  rows: readonly Row[],
  view: View,
  pen: Pen,
  height: number,
  { lastDataAt }: Scene,
): Line[] {
  if (lastDataAt === undefined) return [[piece('*** Waiting for data ***', 'warning')]];
  if (rows.length === 0) return [[piece(`nothing has '${view.filter}' in its name`, 'faint')]];
  const at = cursorIndex(rows, view);
  return rows.slice(view.top, view.top + height).map((row, index) => {
    const line = rowLine(row, pen);
    return index + view.top === at ? line.map(({ text }) => piece(text, 'marked')) : line;
  });
}

function titleLine(scene: Scene): Line {
  const { groups, view, endpoint, width } = scene;
  const watchers = groups.filter(({ name, isSockets }) => !isSockets && name !== 'circus');
  const count = watchers.reduce((sum, { members }) => sum + members.length, 0);
  const order = `by ${view.sort}${view.isReversed ? ', reversed' : ''}`;
  const filter = view.filter === '' || view.isTyping ? '' : `  only '${view.filter}'`;
  const left: Line = [
    piece('Circus Top', 'accent'),
    piece(`  ${watchers.length} watchers, ${count} processes  ${order}${filter}`),
  ];
  const right = feedState(scene);
  const room = width - right.text.length - 2;
  return [
    ...fitLine([...left, piece(`  ${printable(endpoint)}`, 'faint')], room),
    piece('  '),
    right,
  ];
}

function feedState({ lastDataAt, nowMs, staleMs }: Scene) {
  if (lastDataAt === undefined) return piece('connecting', 'warning');
  const silentMs = nowMs - lastDataAt;
  if (silentMs <= staleMs) return piece('live', 'good');
  return piece(`no data for ${printSpan(silentMs / 1_000)}`, 'bad');
}

function footLine(rows: readonly Row[], view: View, { now }: Scene): Line {
  if (view.isTyping) return [piece('filter: ', 'accent'), piece(`${view.filter}_`)];
  const hint = piece('? help  / filter  q quit  ', 'faint');
  const row = rows[cursorIndex(rows, view)];
  return row === undefined || view.isHelp ? [hint] : [hint, piece(detailsOf(row, now))];
}

/** What has no column. */
function detailsOf({ group, member }: Row, now: number): string {
  if (member === undefined) return `${printable(group.name)}  ${groupStory(group, now)}`;
  if (group.isSockets) return memberName(member.payload);
  const { payload } = member;
  const facts: [name: string, value: unknown][] = [
    ['user', payload['username']],
    ['rss', payload['mem_info1']],
    ['fds', payload['fds']],
    ['threads', payload['threads']],
    ['vms', payload['mem_info2']],
    ['nice', payload['nice']],
    ['ctime', payload['ctime']],
    ['read', payload['io_read']],
    ['written', payload['io_write']],
    ['switches', payload['voluntary_switches']],
    ['forced', payload['involuntary_switches']],
  ];
  const known = facts.filter(([, value]) => value !== undefined);
  const texts = known.map(([name, value]) => `${name} ${printFigure(value, 0)}`);
  return printable(`${member.number} ${texts.join('  ')}`);
}

function helpLines(): Line[] {
  const keys = keyTable.map(
    ([names, meaning]): Line => [piece(`  ${names.padEnd(13)}`, 'accent'), piece(meaning)],
  );
  const notes = [
    '',
    '  The line of a watcher: its state, processes of those wanted, deaths that nobody',
    '  asked for; the mean of CPU, the sum of memory, the age of its oldest process.',
    '  CPU is a share of one processor. ~: out of date. Any key goes back.',
  ];
  return [...keys, ...notes.map((text): Line => [piece(text)])];
}
