import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfigFault, formatFaults } from '#libs/config';

const fault: ConfigFault = {
  file: 'a.ini',
  line: null,
  section: null,
  key: null,
  value: null,
  message: 'm',
};

test('prints the parts that a fault has, one line each', () => {
  const lines: [Partial<ConfigFault>, string][] = [
    [{}, 'a.ini: m'],
    [{ line: 3 }, 'a.ini:3: m'],
    [{ line: 3, section: 's' }, 'a.ini:3: [s]: m'],
    [{ line: 3, section: 's', key: 'k', value: 'v' }, 'a.ini:3: [s] k = v: m'],
    [{ line: 3, value: 'v' }, 'a.ini:3: v: m'],
    [{ section: 's', key: 'k' }, 'a.ini: [s] k: m'],
    [{ key: 'k', value: 'a\nb\u001b' }, 'a.ini: k = a\\nb\\u001b: m'],
    [{ section: 's\u001b', key: 'k\u007f', message: 'm\r' }, 'a.ini: [s\\u001b] k\\u007f: m\\r'],
  ];
  for (const [parts, line] of lines) assert.equal(formatFaults([{ ...fault, ...parts }]), line);
  assert.equal(formatFaults([fault, fault]), 'a.ini: m\na.ini: m');
  assert.equal(
    formatFaults([{ ...fault, value: 'x'.repeat(100) }]).length,
    'a.ini: : m'.length + 80,
  );
});

test('says of more than a hundred only how many more there are', () => {
  const lines = formatFaults(Array.from({ length: 1_234 }, () => fault)).split('\n');
  assert.deepEqual([lines.length, lines[99], lines[100]], [101, 'a.ini: m', '... and 1134 more']);
});
