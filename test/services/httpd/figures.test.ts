import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, processRow, sumOf } from '../../../services/httpd/figures.ts';

test('reads the sizes of the wire', () => {
  assert.equal(bytesOf('8.89M'), Math.round(8.89 * 1024 * 1024));
  assert.equal(bytesOf('512B'), 512);
  assert.equal(bytesOf('1K'), 1024);
  assert.equal(bytesOf('N/A'), null);
  assert.equal(bytesOf(undefined), null);
});

test('sums what is known', () => {
  assert.equal(sumOf([1, null, 2]), 3);
  assert.equal(sumOf([null]), null);
  assert.equal(sumOf([]), null);
});

test('a description adds to what is known of a process', () => {
  const born = processRow(7, { wid: 2, started: 100 }, undefined);
  const row = processRow(7, { cpu: 1.5, mem_info1: '2M', username: 'web', fds: 9 }, born);
  assert.deepEqual(row, {
    ...{ pid: 7, wid: 2, started: 100, cpu: 1.5, rss: 2 * 1024 * 1024, fds: 9 },
    ...{ user: 'web', command: null },
  });
});
