/** When crashes are flapping (design: crash loops). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Crashes } from '../../../services/plugin-runner/crashes.ts';

const limits = { attempts: 3, window: 1, processes: 1 };

function judge(crashes: Crashes, times: readonly [time: number, backoff: number][]): boolean[] {
  return times.map(([time, backoff]) => crashes.add({ time, backoff, wid: null }, limits));
}

for (const [what, times, expected] of [
  [
    'few crashes are not enough',
    [
      [10, 0],
      [10.1, 0],
    ],
    [false, false],
  ],
  [
    'enough of them within the window are flapping',
    [
      [10, 0],
      [10.5, 0],
      [11, 0],
    ],
    [false, false, true],
  ],
  [
    'enough of them over a longer time are not',
    [
      [10, 0],
      [10.5, 0],
      [11.1, 0],
    ],
    [false, false, false],
  ],
  [
    'the window slides: the latest ones count',
    [
      [0, 0],
      [10, 0],
      [10.5, 0],
      [11, 0],
    ],
    [false, false, false, true],
  ],
  [
    'pauses of circusd are no part of the time',
    [
      [10, 0],
      [10.2, 5],
      [15.4, 9],
    ],
    [false, false, true],
  ],
  [
    'the pause after the last crash has not passed yet',
    [
      [10, 0],
      [10.2, 0],
      [11.4, 9],
    ],
    [false, false, false],
  ],
] as const) {
  test(what, () => {
    assert.deepEqual(
      judge(
        new Crashes(),
        times.map(([a, b]) => [a, b]),
      ),
      expected,
    );
  });
}

test('each process of a watcher may crash as often', () => {
  const crashes = new Crashes();
  const all = Array.from({ length: 6 }, (_, at) => {
    const crash = { time: 10 + at / 100, backoff: 0, wid: null };
    return crashes.add(crash, { attempts: 2, window: 1, processes: 3 });
  });
  assert.deepEqual(all, [false, false, false, false, false, true]);
});

test('by slot, only the crashes of one and the same count', () => {
  const crashes = new Crashes();
  const found = [1, 2, 3, 1].map((wid, at) =>
    crashes.add({ time: 10 + at / 100, backoff: 0, wid }, { attempts: 2, window: 1, processes: 1 }),
  );
  assert.deepEqual(found, [false, false, false, true]);
});

test('the end of a process that was signalled is expected, once', () => {
  const crashes = new Crashes();
  crashes.expect(7);
  assert.deepEqual(
    [crashes.isExpected(8), crashes.isExpected(7), crashes.isExpected(7)],
    [false, true, false],
  );
});

test('whatever the lives and pauses, lives that fit the window flap and longer ones never do', () => {
  const life = fc.double({ min: 0.001, max: 5, noNaN: true });
  const pause = fc.constantFrom(0, 0.1, 0.2, 0.4, 30);
  fc.assert(
    fc.property(fc.array(fc.tuple(life, pause), { minLength: 3, maxLength: 30 }), (lives) => {
      const crashes = new Crashes();
      let now = 1_700_000_000;
      lives.forEach(([lived, backoff], at) => {
        now += lived;
        const found = crashes.add({ time: now, backoff, wid: null }, limits);
        now += backoff;
        if (at < 2) assert.equal(found, false);
        else {
          const active = (lives[at]?.[0] ?? 0) + (lives[at - 1]?.[0] ?? 0);
          if (active < 0.999) assert.equal(found, true);
          if (active > 1.001) assert.equal(found, false);
        }
      });
    }),
  );
});
