/** Lines of output as people and programs read them. */
import type { LogPiece } from '#libs/protocol';

/** One line, without its newline. */
export interface LogLine extends Omit<LogPiece, 'position' | 'bytes' | 'data'> {
  readonly message: string;
}

/** The lines of pieces, in the order of the pieces. */
export function logLines(pieces: readonly LogPiece[]): LogLine[] {
  return pieces.flatMap(({ position: _, bytes, data, ...facts }) => {
    const texts = bytes === 0 ? [] : data.replace(/\n$/, '').split('\n');
    return texts.map((message) => ({ ...facts, message }));
  });
}

/** Lines of several watchers by their time; those whose time is not known come first. */
export function inOrder(lines: readonly LogLine[]): LogLine[] {
  return lines.toSorted((a, b) => (a.time ?? 0) - (b.time ?? 0));
}

/** The last `count` lines of each watcher. */
export function lastOfEach(lines: readonly LogLine[], count: number): LogLine[] {
  const left = new Map<string, number>();
  const kept = lines.toReversed().filter(({ watcher }) => {
    const room = left.get(watcher) ?? count;
    left.set(watcher, room - 1);
    return room > 0;
  });
  return kept.reverse();
}

const colours = ['36', '33', '32', '35', '34', '96', '93', '95'];

/** `2026-01-31 12:00:00 web[4711] | message`, without what is not known; `!` is standard error. */
export function printLogLine(line: LogLine, { isColoured }: { isColoured: boolean }): string {
  const { watcher, pid, stream, time, message } = line;
  const who = pid === null ? watcher : `${watcher}[${pid}]`;
  const name = isColoured ? `\u001b[${colourOf(watcher)}m${who}\u001b[0m` : who;
  const sign = stream === 'stderr' ? '!' : '|';
  return `${time === null ? '' : `${printTime(time)} `}${name} ${sign} ${message}`;
}

/** One JSON object, with null for what is not known. */
export function logLineAsJson({ time, watcher, wid, pid, stream, message }: LogLine): string {
  return JSON.stringify({ time, watcher, wid, pid, stream, message });
}

/** The same one each time. */
function colourOf(watcher: string): string {
  let sum = 0;
  for (const letter of watcher) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return colours[sum % colours.length] ?? '36';
}

function printTime(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
