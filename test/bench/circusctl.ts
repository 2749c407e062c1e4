/** What `circusctl list` takes from its start to its end, beside a node that does nothing. */
import { spawnSync } from 'node:child_process';
import type { Benchmark } from './benchmark.ts';
import { withSleepers } from './sleepers.ts';

const times = 20;

export const circusctl: Benchmark = (scale) =>
  withSleepers(scale, async ({ endpoint }) => {
    let [ours, bare] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let time = 0; time < times; time += 1) {
      ours = Math.min(ours, runNode(['bin/circusctl.js', '--endpoint', endpoint, 'list']));
      bare = Math.min(bare, runNode(['-e', '0']));
    }
    const note = `best of ${times}`;
    return [
      { what: 'circusctl list', value: ours, unit: 'ms', note },
      { what: 'node -e 0', value: bare, unit: 'ms', note },
      { what: 'circusctl list / node -e 0', value: ours / bare, unit: 'x' },
    ];
  });

function runNode(parameters: readonly string[]): number {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${parameters.join(' ')} has ended with ${status}: ${stderr}`);
  return performance.now() - begin;
}
