import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteQueue } from '../../../libs/streams/byte-queue.ts';

function takeAll(queue: ByteQueue): Buffer[] {
  const batches: Buffer[] = [];
  for (let batch = queue.take(); batch !== undefined; batch = queue.take()) {
    batches.push(Buffer.from(batch));
    queue.recycle(batch);
  }
  return batches;
}

test('gives every byte back in order, in batches that end between two lines', () => {
  const queue = new ByteQueue();
  let number = 0;
  let expected = '';
  for (let round = 0; round < 40; round += 1) {
    let pushed = '';
    for (let times = 0; times < 30; times += 1) {
      let text = '';
      const count = (number * 7919) % 700;
      for (let line = 0; line < count; line += 1) {
        text += `${number} ${'x'.repeat(number % 211)}\n`;
        number += 1;
      }
      number += 1;
      queue.push(Buffer.from(text));
      pushed += text;
    }
    expected += pushed;
    assert.equal(queue.length, pushed.length);
    const batches = takeAll(queue);
    assert.equal(queue.length, 0);
    assert.ok(batches.every((batch) => batch.at(-1) === 10));
    assert.equal(Buffer.concat(batches).toString(), pushed);
    if (round % 10 === 9) queue.shrink();
  }
  assert.ok(expected.length > 10e6);
});

test('cuts a line that is longer than a batch, and takes it whole beside others', () => {
  const queue = new ByteQueue();
  const texts = ['a\n', `${'x'.repeat(3_000_000)}\n`, 'b\n', 'part'];
  for (const text of texts) queue.push(Buffer.from(text));
  const batches = takeAll(queue);
  assert.equal(Buffer.concat(batches).toString(), texts.join(''));
  assert.ok(batches.length > 2);
});
