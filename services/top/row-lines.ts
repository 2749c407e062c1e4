/** One row of the list as a line of the screen. */
import { drawBar, drawSparkline } from './gauges.ts';
import type { Group, Member } from './stats-model.ts';
import {
  fit,
  fitLine,
  type Line,
  type Piece,
  piece,
  printable,
  printFigure,
  printSpan,
  type Tone,
} from './text.ts';
import { memberName, type Row, type View } from './view.ts';

/** How the width of the screen is shared out. Cells. */
export interface Columns {
  /** Name, pid, state. */
  readonly left: number;
  readonly bar: number;
  /** Whether there is room for more than the original shows. */
  readonly hasExtras: boolean;
}

/** What lines are drawn with. */
export interface Pen {
  readonly columns: Columns;
  readonly view: View;
  readonly hasUnicode: boolean;
  /** Whether something seen then is out of date. */
  readonly isStale: (seenAt: number) => boolean;
  /** Epoch seconds. */
  readonly now: number;
}

const figureWidth = 8;
const ageWidth = 9;
const extraWidths = { rss: 10, fds: 7, nice: 7, user: 10, ctime: 10 } as const;
const allExtras = Object.values(extraWidths).reduce((sum, width) => sum + width, 0);

/** For a screen so wide. */
export function columnsFor(width: number): Columns {
  const hasExtras = width >= 120;
  const figures = 2 * figureWidth + ageWidth + 4 + (hasExtras ? allExtras : 0);
  const bar = hasExtras ? 14 : 7;
  return { left: Math.max(20, width - figures - 2 * bar), bar, hasExtras };
}

/** The headings of the columns; the one that is sorted by is marked. */
export function headingLine({ columns, view }: Pen): Line {
  const { left, bar, hasExtras } = columns;
  const mark = (key: View['sort']): Tone => (view.sort === key ? 'accent' : 'strong');
  const extras = hasExtras
    ? Object.entries(extraWidths).map(([name, width]) =>
        piece(name.toUpperCase().padStart(width), 'strong'),
      )
    : [];
  return [
    piece('     PID ', mark('pid')),
    piece(fit('NAME', left - 9), mark('name')),
    piece('CPU%'.padStart(figureWidth), mark('cpu')),
    piece(fit('  avg', bar + 2), mark('cpu')),
    piece('MEM%'.padStart(figureWidth), mark('mem')),
    piece(fit('  sum', bar + 2), mark('mem')),
    piece('AGE'.padStart(ageWidth), mark('age')),
    ...extras,
  ];
}

/** A group or a member of it. */
export function rowLine({ group, member }: Row, pen: Pen): Line {
  if (member !== undefined)
    return group.isSockets ? socketLine(member, pen) : processLine(group, member, pen);
  return groupLine(group, pen);
}

function processLine(group: Group, { number, payload, seenAt }: Member, pen: Pen): Line {
  const { view, columns } = pen;
  const isStale = pen.isStale(seenAt);
  const owner = view.isFlat ? `  ${printable(group.name)}` : '';
  const { rss = payload['mem_info1'], fds, nice, username, ctime } = payload;
  const extras = { rss, fds, nice, user: username, ctime };
  return faintWhen(isStale, [
    piece(`${isStale ? '~' : ' '}${String(number).padStart(7)} `),
    ...fitLine([piece(memberName(payload)), piece(owner, 'faint')], columns.left - 9),
    ...figures(payload['cpu'], payload['mem'], pen),
    piece(printSpan(payload['age']).padStart(ageWidth)),
    ...(columns.hasExtras ? extraPieces(extras) : []),
  ]);
}

function groupLine(group: Group, pen: Pen): Line {
  const { columns, view, hasUnicode } = pen;
  const { summary, name, seenAt } = group;
  const isFolded = view.folded.has(name);
  const fold = hasUnicode ? (isFolded ? '▸' : '▾') : isFolded ? '+' : '-';
  const isStale = pen.isStale(seenAt);
  const title = fitLine(
    [
      piece(`${isStale ? '~' : ' '}${fold} `, 'strong'),
      piece(printable(name), 'strong'),
      ...statePieces(group),
    ],
    columns.left,
  );
  if (group.isSockets) return faintWhen(isStale, [...title, ...hitPieces(summary['reads'])]);
  const spark = drawSparkline(group.cpuHistory, { width: columns.bar, atLeast: 5, hasUnicode });
  return faintWhen(isStale, [
    ...title,
    piece(printFigure(summary['cpu']).padStart(figureWidth), 'strong'),
    piece(` ${spark} `, 'accent'),
    piece(printFigure(summary['mem']).padStart(figureWidth), 'strong'),
    ...memoryBar(summary['mem'], pen),
    piece(printSpan(summary['age']).padStart(ageWidth), 'strong'),
    ...(columns.hasExtras
      ? [piece(fit(`  ${groupStory(group, pen.now)}`, allExtras), 'faint')]
      : []),
  ]);
}

/** `active 2/3`, and how many have died. */
function statePieces({ summary, members, isSockets }: Group): Piece[] {
  const { state, numprocesses, restarts } = summary;
  const count = Array.isArray(summary['pid']) ? summary['pid'].length : members.length;
  if (typeof state !== 'string') return isSockets ? [] : [piece(`  ${count}`, 'faint')];
  const isShort = typeof numprocesses === 'number' && count < numprocesses;
  const wanted = typeof numprocesses === 'number' ? `/${numprocesses}` : '';
  const isWell = state === 'active' && !isShort;
  const deaths = typeof restarts === 'number' && restarts > 0 ? restarts : undefined;
  return [
    piece(
      `  ${state} ${count}${wanted}`,
      isWell ? 'good' : state === 'stopped' ? 'faint' : 'warning',
    ),
    ...(deaths === undefined ? [] : [piece(` ${deaths} restart${deaths === 1 ? '' : 's'}`, 'bad')]),
  ];
}

/** `up 3h20m, last exit -9 12s ago`. */
export function groupStory({ summary }: Group, now: number): string {
  const { uptime, last_exit: exit } = summary;
  const parts: string[] = [];
  if (typeof uptime === 'number') parts.push(`up ${printSpan(uptime)}`);
  if (exit !== null && typeof exit === 'object' && 'time' in exit) {
    const { exit_code: code = null, time = null } = exit;
    const ago = typeof time === 'number' ? ` ${printSpan(now - time)} ago` : '';
    parts.push(`last exit ${code ?? 'unknown'}${ago}`);
  }
  return parts.join(', ');
}

function socketLine({ number, payload, seenAt }: Member, pen: Pen): Line {
  const { queue, backlog, connections, name } = payload;
  const known = typeof name === 'string' ? `  ${printable(name)}` : '';
  const isStale = pen.isStale(seenAt);
  const isWaiting = typeof queue === 'number' && queue > 0;
  return faintWhen(isStale, [
    piece(`${isStale ? '~' : ' '}${String(number).padStart(7)} `),
    ...fitLine([piece(memberName(payload)), piece(known, 'faint')], pen.columns.left - 9),
    ...hitPieces(payload['reads']),
    ...(queue === undefined
      ? []
      : [
          piece(
            `  queue ${printFigure(queue, 0)}/${printFigure(backlog, 0)}`,
            isWaiting ? 'warning' : 'plain',
          ),
          piece(`  ${printFigure(connections, 0)} connected`),
        ]),
  ]);
}

function hitPieces(reads: unknown): Piece[] {
  return [piece(`${printFigure(reads, 0).padStart(figureWidth)} hits`)];
}

function figures(cpu: unknown, mem: unknown, pen: Pen): Piece[] {
  const { columns, hasUnicode } = pen;
  const share = typeof cpu === 'number' ? cpu / 100 : 0;
  const tone = share >= 0.8 ? 'bad' : share >= 0.5 ? 'warning' : 'good';
  return [
    piece(printFigure(cpu).padStart(figureWidth)),
    piece(` ${drawBar(share, columns.bar, hasUnicode)} `, tone),
    piece(printFigure(mem).padStart(figureWidth)),
    ...memoryBar(mem, pen),
  ];
}

function memoryBar(mem: unknown, { columns, hasUnicode }: Pen): Piece[] {
  const share = typeof mem === 'number' ? mem / 100 : 0;
  const tone = share >= 0.8 ? 'bad' : share >= 0.5 ? 'warning' : 'accent';
  return [piece(` ${drawBar(share, columns.bar, hasUnicode)} `, tone)];
}

function extraPieces(values: Readonly<Record<keyof typeof extraWidths, unknown>>): Piece[] {
  const entries = Object.entries(extraWidths) as [keyof typeof extraWidths, number][];
  return entries.map(([key, width]) => {
    const text = printable(printFigure(values[key], 0));
    return piece(
      ` ${fit(text, width - 1)
        .trimEnd()
        .padStart(width - 1)}`,
    );
  });
}

/** What is out of date is not to be taken for what is. */
function faintWhen(isStale: boolean, line: Line): Line {
  return isStale ? line.map(({ text }) => piece(text, 'faint')) : line;
}
