/** How lines are dressed (protocol 8). */
import { isUtf8 } from 'node:buffer';
import type { Chunk } from './stream-class.ts';
import { formatTime } from './strftime.ts';

const newline = 10;

/** The result of the forms; each overwrites that of the one before. */
let scratch = Buffer.allocUnsafeSlow(1 << 16);

function scratchOf(bytes: number): Buffer {
  if (scratch.length < bytes) scratch = Buffer.allocUnsafeSlow(bytes);
  return scratch;
}

/** A form gives up memory that a long line has taken. */
function trim(): void {
  if (scratch.length > 1 << 20) scratch = Buffer.allocUnsafeSlow(1 << 16);
}

/** Bytes that are no UTF-8 become U+FFFD. */
function asText(data: Buffer): Buffer {
  return isUtf8(data) ? data : Buffer.from(data.toString('utf8'));
}

function lengthWithoutNewlines(data: Buffer): number {
  let end = data.length;
  while (end > 0 && data[end - 1] === newline) end -= 1;
  return end;
}

/** Where each line of a text begins and ends, without its newline. */
function eachLine(data: Buffer, end: number, take: (from: number, to: number) => void): void {
  for (let from = 0; from <= end; ) {
    const found = data.indexOf(newline, from);
    const to = found < 0 || found > end ? end : found;
    take(from, to);
    from = to + 1;
  }
}

/** Puts a text before and after each line; `after` has the newline. */
function dress(chunk: Buffer, before: string, after: string, keepsEmpty: boolean): Buffer {
  trim();
  const data = asText(chunk);
  const end = lengthWithoutNewlines(data);
  const head = Buffer.from(before);
  const tail = Buffer.from(after);
  const extra = head.length + tail.length;
  // Most lines are longer than this; where they are not, it grows.
  let out = scratchOf(end + Math.ceil(end / 64 + 1) * extra);
  let at = 0;
  eachLine(data, end, (from, to) => {
    if (from === to && !keepsEmpty) return;
    // What is still to come fits as well, but for its heads and tails.
    const needed = at + end - from + extra;
    if (out.length < needed) {
      const larger = Buffer.allocUnsafeSlow(needed * 2);
      out.copy(larger, 0, 0, at);
      scratch = larger;
      out = larger;
    }
    out.set(head, at);
    at += head.length;
    data.copy(out, at, from, to);
    at += to - from;
    out.set(tail, at);
    at += tail.length;
  });
  return out.subarray(0, at);
}

/** `<time> [<pid>] | ` before each line; the newlines at the end become one. */
export function withTime(format: string, now: () => number): (chunk: Chunk) => Buffer {
  return ({ data, pid }) => {
    const time = formatTime(format, now(), { utc: false });
    return dress(data, `${time} [${pid}] | `, '\n', true);
  };
}

/** In a colour, 1 to 7, on black; empty lines are left out. */
export function withColor(
  color: number,
  format: string,
  now: () => number,
): (chunk: Chunk) => Buffer {
  return ({ data, pid }) => {
    const time = formatTime(format, now(), { utc: false });
    return dress(data, `\x1b[0;3${color};40m${time} [${pid}] | `, '\x1b[0m\n', false);
  };
}

/** One JSON object a line. */
export function asJson(
  facts: { readonly watcher: string; readonly stream: string },
  now: () => number,
): (chunk: Chunk) => Buffer {
  const watcher = JSON.stringify(facts.watcher);
  return ({ data, pid, wid }) => {
    const head = `{"time":${now() / 1_000},"watcher":${watcher},"wid":${wid},"pid":${pid},"stream":"${facts.stream}","message":`;
    const text = data.toString('utf8', 0, lengthWithoutNewlines(data));
    const lines = text.split('\n').map((line) => `${head}${JSON.stringify(line)}}\n`);
    return Buffer.from(lines.join(''));
  };
}
