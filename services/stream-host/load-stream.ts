import type { Piece } from './read-piece.ts';

/** What a stream class has to have; both may return a promise, which is waited for. */
export interface UserStream {
  write(piece: Piece): unknown;
  /** Nothing more comes. */
  close?(): unknown;
}

/**
 * Makes an instance with the options of the configuration.
 *
 * @throws Error there is no such class, or it has no `write`
 */
export async function loadStream(
  url: string,
  className: string,
  options: unknown,
): Promise<UserStream> {
  const found: unknown = (await import(url))[className];
  if (typeof found !== 'function') throw new Error(`exports no class ${className}`);
  const stream: unknown = Reflect.construct(found, [options]);
  if (!isStream(stream)) throw new Error(`${className} has no method write({ data, pid, name })`);
  return stream;
}

function isStream(stream: unknown): stream is UserStream {
  return typeof (stream as Partial<UserStream>).write === 'function';
}
