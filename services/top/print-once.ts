/** What is going on as plain text, in the layout of release 0.19 (protocol 9), and as JSON. */
import type { Json, JsonObject } from '#libs/protocol';
import type { Group, Member } from './stats-model.ts';
import { printable, printFigure } from './text.ts';

const rule = '-'.repeat(79);

/** The screen of 0.19, with all processes of each watcher. */
export function printOnce(groups: readonly Group[]): string {
  const sections = groups.flatMap((group) => [
    ...(group.isSockets ? sockets(group) : processes(group)),
    '',
  ]);
  return ['Circus Top', rule, ...sections, rule].join('\n');
}

function processes({ name, summary, members }: Group): string[] {
  const lines = [...members].sort(byCpu).map(({ number, payload }) => {
    const role = typeof payload['name'] === 'string' ? ` (${payload['name']})` : '';
    return columns(`${String(number).padStart(5)}${printable(role)}`, payload);
  });
  return [
    printable(name),
    at(['PID', 3], ['CPU (%)', 28], ['MEMORY (%)', 48], ['AGE (s)', 68]),
    ...lines,
    columns('', summary, [' (avg)', ' (sum)', ' (older)']),
  ];
}

function columns(
  left: string,
  payload: JsonObject,
  [avg = '', sum = '', older = ''] = ['', '', ''],
): string {
  const figure = (key: string): string => printFigure(payload[key] ?? 'N/A');
  return at(
    [left, 0],
    [`${figure('cpu')}${avg}`, 29],
    [`${figure('mem')}${sum}`, 49],
    [`${figure('age')}${older}`, 69],
  );
}

function sockets({ name, summary, members }: Group): string[] {
  const lines = members.map(({ payload }) =>
    at([printable(String(payload['address'])), 2], [hits(payload), 29]),
  );
  return [name, at(['ADDRESS', 3], ['HITS', 28]), ...lines, at([`${hits(summary)} (sum)`, 29])];
}

function hits({ reads = 0 }: JsonObject): string {
  return String(reads).padStart(3);
}

/** Texts at their columns; one that is too long pushes the next. */
function at(...cells: readonly (readonly [text: string, column: number])[]): string {
  let line = '';
  for (const [text, column] of cells) line = `${line.padEnd(column)}${text}`;
  return line.trimEnd();
}

function byCpu(a: Member, b: Member): number {
  const figure = ({ payload }: Member): number => Number(payload['cpu']) || 0;
  return figure(b) - figure(a) || a.number - b.number;
}

/** Everything that is known, by group and number. */
export function toJson(groups: readonly Group[], time: number): JsonObject {
  const entries = groups.map(({ name, isSockets, summary, members }): [string, Json] => {
    const own = members.map(({ number, payload }) => [String(number), payload] as const);
    return [name, { ...summary, [isSockets ? 'sockets' : 'processes']: Object.fromEntries(own) }];
  });
  return { time, groups: Object.fromEntries(entries) };
}
