import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, test } from 'node:test';
import {
  childPidsOf,
  childrenOf,
  descendantsOf,
  isAlive,
  isGroupAlive,
  keepChildLookup,
  ownChildPids,
  readIdentity,
  sendSignal,
  signalGroup,
} from '#libs/native';
import { until } from './children.ts';

const started: ChildProcess[] = [];

/** In a group of its own, so that all of it can be ended at once. */
function startScript(script: string): number {
  const child = spawn('sh', ['-c', script], { stdio: 'ignore', detached: true });
  started.push(child);
  assert.ok(child.pid !== undefined);
  return child.pid;
}

afterEach(() => {
  for (const { pid } of started) if (pid !== undefined) signalGroup(pid, 9);
});

describe('a process identity', () => {
  test('is the same while the process lives, and dead with it', async () => {
    const pid = startScript('sleep 60');
    const identity = readIdentity(pid);
    assert.ok(identity !== undefined);
    assert.deepEqual(readIdentity(pid), identity);
    assert.equal(isAlive(identity), true);
    process.kill(pid, 'SIGKILL');
    await until(
      () => !isAlive(identity),
      () => 'it lives',
    );
    assert.equal(sendSignal(identity, 15), 'gone');
  });

  test('of a pid that was given again is not alive', () => {
    const own = readIdentity(process.pid);
    assert.ok(own !== undefined);
    const before = { pid: own.pid, startTime: own.startTime - 1 };
    assert.equal(isAlive(before), false);
    assert.equal(sendSignal(before, 9), 'gone');
  });

  test('of nobody is undefined', () => {
    assert.equal(readIdentity(2 ** 22 + 1), undefined);
  });
});

describe('a process tree', () => {
  test('has children and descendants, parents first', async () => {
    const pid = startScript('(sleep 60 & sleep 60; :) & sleep 60; :');
    await until(
      () => descendantsOf(pid).length === 4,
      () => JSON.stringify(descendantsOf(pid)),
    );
    const children = childrenOf(pid).map((child) => child.pid);
    assert.equal(children.length, 2);
    const descendants = descendantsOf(pid).map((each) => each.pid);
    assert.deepEqual(descendants.slice(0, 2).sort(), children.sort());
    assert.ok(childrenOf(process.pid).some((child) => child.pid === pid));
    assert.deepEqual(childPidsOf(pid), children);
    assert.deepEqual(ownChildPids(), childPidsOf(process.pid));
    assert.ok(ownChildPids().includes(pid));
  });

  test('of somebody without children, or of nobody, is empty', () => {
    assert.deepEqual(descendantsOf(startScript('exec sleep 60')), []);
    assert.deepEqual(descendantsOf(2 ** 22 + 1), []);
  });
});

describe('a kept look-up', () => {
  test('is opened once for many questions, and again when it is old', async () => {
    let opened = 0;
    const lookup = keepChildLookup(100, () => {
      opened += 1;
      return () => [];
    });
    const first = lookup();
    const soon = lookup();
    // Where the machine is slow both may be late.
    if (opened === 1) assert.equal(first, soon);
    await until(
      () => lookup() !== first,
      () => 'it is kept for ever',
    );
    assert.ok(opened >= 2);
  });
});

describe('a process group', () => {
  test('is alive until its last member has ended', async () => {
    const pid = startScript('sleep 60');
    const child = started.at(-1);
    assert.ok(child !== undefined);
    assert.equal(isGroupAlive(pid), true);
    assert.equal(signalGroup(pid, 9), 'sent');
    await once(child, 'exit');
    await until(
      () => !isGroupAlive(pid),
      () => 'the group lives',
    );
    assert.equal(signalGroup(pid, 9), 'gone');
  });
});

describe('signals', () => {
  test('to everybody, to init or to our own group are refused', () => {
    for (const id of [-1, 0, 1, Number.NaN]) {
      assert.throws(() => sendSignal(id, 0), RangeError);
      assert.throws(() => signalGroup(id, 0), RangeError);
    }
  });

  test('that do not exist are an error', () => {
    assert.throws(() => sendSignal(process.pid, 4000), { code: 'EINVAL' });
  });
});
