import { readFileSync } from 'node:fs';
import { until } from '../../system/until.ts';

/**
 * The words of a process, each ended by NUL. Just after a spawn the kernel may not have put them in
 * place: they are waited for.
 */
export async function readCommandLine(pid: number): Promise<string> {
  return await until(`the words of ${pid}`, () => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
}
