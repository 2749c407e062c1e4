import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  becomeSubreaper,
  childrenOf,
  type ExitRecord,
  type ProcessIdentity,
  Reaper,
  sendSignal,
  spawnProcess,
} from '#libs/native';
import { path, until } from './children.ts';

function start(...argv: string[]): ProcessIdentity {
  return spawnProcess({ argv, env: path, stdin: 'null', stdout: 'null', stderr: 'null' });
}

function findExit(exits: readonly ExitRecord[], pid: number): ExitRecord | undefined {
  return exits.find((exit) => exit.pid === pid);
}

describe('a reaper of all children', () => {
  const exits: ExitRecord[] = [];
  const reaper = new Reaper('all');
  before(() => reaper.start((exit) => exits.push(exit)));
  after(() => reaper.stop());

  test('tells every exit status and signal exactly, once, in a burst of 300', async () => {
    exits.length = 0;
    const expected = new Map<number, [number | null, number | null]>();
    const signums = [1, 2, 9, 13, 15];
    for (let index = 0; index < 300; index += 1) {
      const signum = index % 3 === 0 ? signums[index % signums.length] : undefined;
      const script = signum === undefined ? `exit ${index % 256}` : `kill -${signum} $$`;
      const { pid } = start('sh', '-c', script);
      expected.set(pid, signum === undefined ? [index % 256, null] : [null, signum]);
    }
    await until(
      () => exits.length >= 300,
      () => `${exits.length} of 300 deaths`,
      20_000,
    );
    assert.equal(exits.length, 300);
    for (const { pid, exitCode, signal } of exits) {
      assert.deepEqual([exitCode, signal], expected.get(pid), `process ${pid}`);
      expected.delete(pid);
    }
    assert.equal(expected.size, 0);
  });

  test('identifies who died', async () => {
    const identity = start('true');
    await until(
      () => findExit(exits, identity.pid) !== undefined,
      () => 'no death',
    );
    assert.equal(findExit(exits, identity.pid)?.startTime, identity.startTime);
  });

  test('tells orphans that came to a subreaper', async () => {
    becomeSubreaper();
    exits.length = 0;
    const { pid } = start('sh', '-c', '(sleep 0.2; exit 5) & (exit 0)');
    await until(
      () => exits.length === 2,
      () => JSON.stringify(exits),
    );
    assert.equal(exits[0]?.pid, pid);
    assert.notEqual(exits[1]?.pid, pid);
    assert.equal(exits[1]?.exitCode, 5);
    becomeSubreaper(false);
  });

  test('tells a death to whom it was promised, and to nobody else', async () => {
    exits.length = 0;
    const own: ExitRecord[] = [];
    const { pid } = start('sh', '-c', 'exit 3');
    reaper.watch(pid, (exit) => own.push(exit));
    await until(
      () => own.length === 1,
      () => 'no death',
    );
    assert.deepEqual([own[0]?.exitCode, exits.length], [3, 0]);
  });

  test('finds at its next sweep who died while it was stopped', async () => {
    reaper.stop();
    exits.length = 0;
    const identity = start('true');
    await until(
      () => isZombie(identity.pid),
      () => 'it lives',
    );
    reaper.sweep();
    assert.equal(exits.length, 0);
    reaper.start((exit) => exits.push(exit));
    assert.deepEqual(
      exits.map(({ pid }) => pid),
      [identity.pid],
    );
  });
});

function isZombie(pid: number): boolean {
  const self = childrenOf(process.pid).find((child) => child.pid === pid);
  return self !== undefined && sendSignal(self, 0) === 'gone';
}

describe('a reaper of watched children', () => {
  const exits: ExitRecord[] = [];
  const reaper = new Reaper('watched');
  before(() => reaper.start((exit) => exits.push(exit)));
  after(() => reaper.stop());

  test('leaves the others to node:child_process', async () => {
    const pids = Array.from({ length: 20 }, (_, index) => {
      const { pid } = start('sh', '-c', `exit ${index}`);
      reaper.watch(pid);
      return pid;
    });
    const others = Array.from({ length: 20 }, () => promisify(execFile)('sh', ['-c', 'echo out']));
    for (const { stdout } of await Promise.all(others)) assert.equal(stdout, 'out\n');
    await until(
      () => exits.length === 20,
      () => `${exits.length} of 20 deaths`,
    );
    assert.deepEqual(
      pids.map((pid) => findExit(exits, pid)?.exitCode),
      pids.map((_, index) => index),
    );
  });
});
