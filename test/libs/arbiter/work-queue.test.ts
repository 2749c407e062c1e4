import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkQueue } from '../../../libs/arbiter/work-queue.ts';

/** Keeps the event loop busy. */
function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

test('performs at once, in order', () => {
  const done: number[] = [];
  const queue = new WorkQueue<number>(
    (item) => done.push(item),
    () => undefined,
  );
  queue.push([1, 2, 3]);
  queue.push([4]);
  assert.deepEqual(done, [1, 2, 3, 4]);
});

test('work that brings forth work is done in order of its coming, not inside it', () => {
  const done: string[] = [];
  const queue = new WorkQueue<number>(
    (item) => {
      done.push(`begin ${item}`);
      if (item < 3) queue.push([item * 10, item + 1]);
      done.push(`end ${item}`);
    },
    () => undefined,
  );
  queue.push([1]);
  const order = done
    .filter((line) => line.startsWith('begin'))
    .map((line) => Number(line.slice(6)));
  assert.deepEqual(order, [1, 10, 2, 20, 3]);
  for (let place = 0; place < done.length; place += 2) {
    assert.equal(done[place]?.slice(6), done[place + 1]?.slice(4));
  }
});

test('lets others have a turn while much is to be done, and keeps the order', async () => {
  const done: number[] = [];
  let idles = 0;
  const queue = new WorkQueue<number>(
    (item) => {
      spin(3);
      done.push(item);
    },
    () => {
      idles += 1;
    },
  );
  const items = Array.from({ length: 20 }, (_, index) => index);
  queue.push(items.slice(0, 10));
  const first = done.length;
  assert.ok(first > 0 && first < 10, `${first} in the first slice`);
  queue.push(items.slice(10));
  assert.equal(done.length, first, 'nothing overtakes what waits');
  let turns = 0;
  while (done.length < 20 && turns < 1_000) {
    await turn();
    turns += 1;
  }
  assert.deepEqual(done, items);
  assert.ok(turns > 2, `${turns} turns`);
  assert.ok(idles > 2);
  queue.push([20]);
  assert.equal(done.at(-1), 20);
});
