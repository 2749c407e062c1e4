import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CircusError, parseSignal, signalName } from '#libs/protocol';

const spellings: [spelling: string | number, signum: number][] = [
  [15, 15],
  [0, 0],
  ['15', 15],
  [' 9 ', 9],
  ['TERM', 15],
  ['sigterm', 15],
  ['SigHup', 1],
  ['CLD', 17],
  ['SIGRTMIN', 34],
  ['rtmin+2', 36],
  ['SIGRTMAX', 64],
  ['SIGRTMAX-1', 63],
];

test('reads every spelling of a signal', () => {
  for (const [spelling, signum] of spellings) assert.equal(parseSignal(spelling), signum);
});

test('refuses what is no signal', () => {
  for (const spelling of [
    '',
    'NOPE',
    'SIGRTMIN+31',
    'SIGRTMAX-31',
    '-1',
    '65',
    '1.5',
    -1,
    65,
    1.5,
  ]) {
    assert.throws(
      () => parseSignal(spelling),
      (error) => error instanceof CircusError && error.code === 'invalid_message',
      String(spelling),
    );
  }
});

test('names a signal so that it is read back', () => {
  for (let signum = 1; signum <= 64; signum += 1) {
    assert.equal(parseSignal(signalName(signum)), signum);
  }
  assert.equal(signalName(15), 'SIGTERM');
  assert.equal(signalName(6), 'SIGABRT');
  assert.equal(signalName(36), 'SIGRTMIN+2');
  assert.equal(signalName(63), 'SIGRTMAX-1');
  assert.equal(signalName(99), '99');
});
