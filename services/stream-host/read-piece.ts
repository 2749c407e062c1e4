/** What a stream class is given for each piece of output. */
export interface Piece {
  /** Whole lines, but when one is long or late. */
  readonly data: Buffer;
  readonly pid: number;
  /** `stdout` or `stderr`. */
  readonly name: string;
  readonly watcher: string;
  readonly wid: number;
  /** When it was read, in seconds since 1970. */
  readonly time: number;
}

interface Line extends Omit<Piece, 'data'> {
  readonly seq: number;
  readonly data?: string;
  readonly base64?: string;
}

/** One line of circusd's. */
export function readPiece(line: string): { seq: number; piece: Piece } {
  const { seq, data, base64, ...facts } = JSON.parse(line) as Line;
  const bytes = base64 === undefined ? Buffer.from(data ?? '') : Buffer.from(base64, 'base64');
  return { seq, piece: { ...facts, data: bytes } };
}
