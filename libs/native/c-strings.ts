/** Arrays of C strings as execve takes them. */
import { addressOf } from './libc.ts';

/** A `char *const []`: `pointers` goes to libc, `text` must be kept until libc has returned. */
export interface CStrings {
  readonly pointers: Buffer;
  readonly text: Buffer;
}

/**
 * One block of text and one table of pointers into it, ended by a null pointer. `undefined` when a
 * string contains a NUL byte, which no program could ever be given.
 */
export function encodeCStrings(strings: readonly string[]): CStrings | undefined {
  const text = Buffer.from(`${strings.join('\0')}\0`);
  const pointers = Buffer.allocUnsafeSlow((strings.length + 1) * 8);
  const base = addressOf(text);
  let start = 0;
  for (let index = 0; index < strings.length; index += 1) {
    pointers.writeBigUInt64LE(base + BigInt(start), index * 8);
    start = text.indexOf(0, start) + 1;
  }
  pointers.writeBigUInt64LE(0n, strings.length * 8);
  // With no strings the text is one lone NUL.
  return start === text.length || strings.length === 0 ? { pointers, text } : undefined;
}
