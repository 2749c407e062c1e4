const newline = 10;

/** Where a piece of at most `limit` bytes ends: between two lines, unless one is longer than that. */
export function pieceEnd(data: Buffer, from: number, limit: number): number {
  const end = from + limit;
  if (data.length <= end) return data.length;
  const line = data.lastIndexOf(newline, end - 1) + 1;
  return line > from ? line : end;
}
