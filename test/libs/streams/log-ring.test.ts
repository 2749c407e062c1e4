import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogRecord, LogRing, lastLines } from '#libs/streams';

function record(position: number, text: string): LogRecord {
  const data = Buffer.from(text);
  return { stream: 'stdout', position, time: 1, pid: 7, wid: 1, data };
}

function textOf(records: readonly LogRecord[]): string {
  return records.map(({ data }) => data.toString()).join('');
}

test('keeps the latest within its limit, in order, with their positions', () => {
  for (const limit of [2_000, 20_000, 65_536]) {
    const ring = new LogRing(limit);
    let position = 0;
    for (let n = 0; n < 10_000; n += 1) {
      const text = `${n} ${'x'.repeat(n % 97)}\n`;
      ring.push(record(position, text));
      position += text.length;
    }
    const records = ring.records();
    const numbers = records.map(({ data }) => Number.parseInt(data.toString(), 10));
    assert.equal(numbers.at(-1), 9_999);
    assert.deepEqual(
      numbers,
      numbers.map((_, place) => 10_000 - numbers.length + place),
    );
    for (const [place, { data, position: at }] of records.entries()) {
      assert.equal(at + data.length, records[place + 1]?.position ?? position);
    }
    const held = records.reduce((sum, { data }) => sum + data.length + 64, 0);
    assert.ok(held > limit / 3 && held < limit * 1.3, `${held} of ${limit}`);
  }
});

test('keeps the last whole lines of a piece that is larger than itself', () => {
  const ring = new LogRing(1_000);
  const text = Array.from({ length: 100 }, (_, n) => `line ${n} ${'x'.repeat(30)}\n`).join('');
  ring.push(record(50, text));
  const [kept] = ring.records();
  assert.match(String(kept?.data), /^line \d+ /);
  assert.ok(text.endsWith(String(kept?.data)));
  assert.equal(Number(kept?.position) + Number(kept?.data.length), 50 + text.length);
  ring.push(record(0, 'small\n'));
  ring.push(record(0, 'x'.repeat(5_000)));
  assert.equal(textOf(ring.records()), 'x'.repeat(1_000 - 64));
});

test('keeps nothing with a limit of 0', () => {
  const ring = new LogRing(0);
  ring.push(record(0, 'line\n'));
  assert.deepEqual(ring.records(), []);
});

test('takes the last lines across pieces; a part of a line counts as one', () => {
  const records = [record(0, 'a\nb\n'), record(4, 'c\nd\ne\n'), record(10, 'f')];
  const last = (count: number): string => textOf(lastLines(records, count));
  assert.equal(last(0), '');
  assert.equal(last(1), 'f');
  assert.equal(last(3), 'd\ne\nf');
  assert.equal(last(5), 'b\nc\nd\ne\nf');
  assert.equal(last(99), 'a\nb\nc\nd\ne\nf');
  assert.equal(lastLines(records, 3)[0]?.position, 6);
  assert.equal(textOf(lastLines([record(0, '\n\n\n')], 2)), '\n\n');
});
