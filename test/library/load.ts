/** The library as users load it, and what its tests wait with. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { waitUntil } from '../daemon/wait-until.ts';

/** The built module: its programs are looked for beside it. */
export const library: typeof import('#libs/library') = createRequire(import.meta.url)(
  resolve('dist/index.cjs'),
);

/** Tells nobody anything. */
export const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Waits for a condition; fails with what was seen instead. */
export async function until(condition: () => boolean, seen: () => unknown): Promise<void> {
  await waitUntil(condition, { withinMs: 20_000 }, () => JSON.stringify(seen()));
}

/** The state of a process as proc(5) has it; undefined when there is none. */
export function stateOf(pid: number): string | undefined {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}
