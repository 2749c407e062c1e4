/** What a stream host is told: a line of JSON for each piece of output. */
import { isUtf8 } from 'node:buffer';
import { pieceEnd } from './piece-end.ts';
import type { Chunk, StreamContext } from './stream-class.ts';

/** Of output in one line. */
const pieceBytes = 32 * 1024;

const newline = 10;

/** Numbers pieces from 1. Text is `data`; what is no UTF-8 is `base64`. */
export function asHostLines({
  watcher,
  stream,
  now,
}: Pick<StreamContext, 'watcher' | 'stream' | 'now'>): (chunk: Chunk) => Buffer {
  let seq = 0;
  return ({ data, pid, wid }) => {
    const lines: string[] = [];
    for (let from = 0; from < data.length; ) {
      const to = pieceEnd(data, from, pieceBytes);
      const piece = data.subarray(from, to);
      from = to;
      seq += 1;
      const content = isUtf8(piece)
        ? { data: piece.toString('utf8') }
        : { base64: piece.toString('base64') };
      const facts = { seq, watcher, name: stream, pid, wid, time: now() / 1_000 };
      lines.push(`${JSON.stringify({ ...facts, ...content })}\n`);
    }
    return Buffer.from(lines.join(''));
  };
}

/** The number of the first line. */
export function firstSeq(lines: Buffer): number {
  return Number(/^\{"seq":(\d+)/.exec(lines.toString('latin1', 0, 32))?.[1] ?? Number.NaN);
}

/** Where the first `count` lines end. */
export function endOfLines(lines: Buffer, count: number): number {
  let at = 0;
  for (let left = count; left > 0; left -= 1) {
    const end = lines.indexOf(newline, at);
    if (end < 0) return at;
    at = end + 1;
  }
  return at;
}
