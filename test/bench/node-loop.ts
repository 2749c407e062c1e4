/** What the same costs with node:child_process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds for starting the program so many times; all are ended again. */
export async function runNodeLoop(
  count: number,
  [program, ...parameters]: readonly [string, ...string[]],
): Promise<number> {
  const children: ChildProcess[] = [];
  try {
    const start = performance.now();
    for (let index = 0; index < count; index += 1) {
      children.push(spawn(program, parameters, { stdio: 'ignore', detached: true }));
    }
    return performance.now() - start;
  } finally {
    const ends = children.map((child) => once(child, 'exit'));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ends);
  }
}
