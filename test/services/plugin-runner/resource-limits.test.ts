/** When processes use too much or too little (protocol 5.3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBytes, readFigures } from '../../../services/plugin-runner/figures.ts';
import {
  findExceeded,
  type ResourceLimits,
  Strikes,
} from '../../../services/plugin-runner/resource-limits.ts';

const limits: ResourceLimits = {
  maxCpu: 90,
  minCpu: null,
  maxMemory: { percent: 90 },
  minMemory: null,
  health: 75,
};

function figures(cpu: number | 'N/A', mem: number | 'N/A', mem_info1 = '10.00M') {
  return readFigures({ 1: { pid: 1, cpu, mem, mem_info1, children: [] } });
}

for (const [what, processes, changed, expected] of [
  ['nothing is passed', figures(50, 50), {}, []],
  ['a limit that is reached is not passed', figures(90, 10), {}, []],
  ['CPU', figures(90.5, 1), {}, ['over_cpu']],
  ['memory', figures(1, 90.5), {}, ['over_memory']],
  ['both together', figures(80, 71), {}, ['over_health']],
  ['little CPU, and as little is too little', figures(1, 1), { minCpu: 1 }, ['under_cpu']],
  ['little memory', figures(50, 1), { minMemory: { percent: 2 } }, ['under_memory']],
  ['bytes', figures(1, 1), { maxMemory: { bytes: 1024 } }, ['over_memory']],
  ['few bytes', figures(1, 1), { minMemory: { bytes: 2 ** 30 } }, ['under_memory']],
  [
    'what nobody may know is everything',
    figures('N/A', 'N/A'),
    {},
    ['over_cpu', 'over_memory', 'over_health'],
  ],
  [
    'no process is nothing',
    [],
    { minCpu: 0, minMemory: { percent: 1 } },
    ['under_cpu', 'under_memory'],
  ],
] as const) {
  test(`limits: ${what}`, () => {
    assert.deepEqual(findExceeded(processes, { ...limits, ...changed }), expected);
  });
}

test('only a limit that is passed more often than allowed, in a row, is too much', () => {
  const strikes = new Strikes();
  const found = [
    ...[
      ['over_cpu'],
      ['over_cpu', 'over_health'],
      ['over_health'],
      ['over_health'],
      [],
      ['over_cpu'],
    ],
  ] as const;
  assert.deepEqual(
    found.map((exceeded) => strikes.add(exceeded, 2)),
    [false, false, false, true, false, false],
  );
});

for (const [text, bytes] of [
  ['1023B', 1023],
  ['1.50K', 1536],
  ['8.00M', 8 * 2 ** 20],
  ['2Gi', 2 * 2 ** 30],
  ['3 kb', 3072],
  ['N/A', undefined],
  ['90', undefined],
  ['x', undefined],
] as const) {
  test(`${text} is ${bytes} bytes`, () => assert.equal(parseBytes(text), bytes));
}
