/** The yardstick: a loop over posix_spawn in C, compiled when there is a compiler. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = 'test/bench/spawn-loop.c';

/** A compiled loop. */
export interface CLoop {
  /** Milliseconds for starting the program so many times. */
  run(count: number, command: readonly string[]): number;
  remove(): void;
}

/** Compiles it; `undefined` when there is no `cc`. */
export function compileCLoop(): CLoop | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'circus-bench-'));
  const program = join(folder, 'spawn-loop');
  const compiler = spawnSync('cc', ['-O2', '-o', program, source], { encoding: 'utf8' });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  if (compiler.error !== undefined || compiler.status !== 0) {
    remove();
    if (compiler.status !== null) throw new Error(`cc ${source}: ${compiler.stderr}`);
    return undefined;
  }
  const run = (count: number, command: readonly string[]): number => {
    const { status, stdout } = spawnSync(program, [String(count), ...command], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${program} has ended with ${status}`);
    return Number(stdout);
  };
  return { run, remove };
}
