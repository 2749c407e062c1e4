import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { becomeSubreaper, childPidsOf, readMark, signalGroup, spawnProcess } from '#libs/native';
import { path, until } from './children.ts';

const groups: number[] = [];

function start(argv: readonly string[], mark?: number): number {
  const streams = { stdin: 'null', stdout: 'null', stderr: 'null' } as const;
  const { pid } = spawnProcess({
    argv,
    env: path,
    ...streams,
    ...(mark === undefined ? {} : { mark }),
  });
  groups.push(pid);
  return pid;
}

after(() => {
  for (const pid of groups) signalGroup(pid, 9);
});

const locks = (pid: number | 'self'): string | undefined =>
  /^Max file locks.*$/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1'))?.[0];

test('a process carries the number that it was started with, others and we carry none', () => {
  const before = locks('self');
  const marks = [0, 1, 4_294_967_295].map((number) => readMark(start(['sleep', '60'], number)));
  assert.deepEqual(marks, [0, 1, 4_294_967_295]);
  const plain = start(['sleep', '60']);
  assert.deepEqual([readMark(plain), locks(plain)], [undefined, before]);
  assert.equal(locks('self'), before);
  assert.equal(readMark(process.pid), undefined);
  assert.equal(readMark(2 ** 22 + 1), undefined);
});

test('a double fork with a session and an environment of its own carries it, too', async () => {
  becomeSubreaper();
  const known = new Set(childPidsOf(process.pid));
  start(['sh', '-c', "setsid env -i sh -c 'sleep 60 &'; :"], 77);
  const orphans = (): number[] => {
    const others = childPidsOf(process.pid).filter((pid) => !known.has(pid));
    return others.filter((pid) => !groups.includes(pid));
  };
  await until(
    () => orphans().length === 1,
    () => `${orphans()}`,
  );
  const [orphan = 0] = orphans();
  assert.equal(readMark(orphan), 77);
  process.kill(orphan, 'SIGKILL');
});

test('a mark of another circusd is none of ours', async () => {
  const pid = start(['prlimit', '--locks=4503599627370497:', 'sleep', '60'], 5);
  await until(
    () => locks(pid)?.includes('4503599627370497') === true,
    () => `${locks(pid)}`,
  );
  assert.equal(readMark(pid), undefined);
});
