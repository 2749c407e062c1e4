import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultLines, readText } from './read-text.ts';

/** Text below `[plugin:s]`, and the values that it gives. */
const syntax: [rule: string, text: string, values: Record<string, string>][] = [
  [
    '= or : separates, the first of them',
    'a=1\nb : 2\nc = x:y\nd: x=y',
    { a: '1', b: '2', c: 'x:y', d: 'x=y' },
  ],
  ['comments in column 0', '# a = 1\n; b = 2\nrem c = 3\nREM\nd = 4', { d: '4' }],
  ['rem is a comment as a word only', 'remark = 1\nrem_x = 2', { remark: '1', rem_x: '2' }],
  [
    'an inline ; after white space',
    'a = 1 ; one\nb = 1;one\nc = 1\t;one\nd = ; nothing',
    { a: '1', b: '1;one', c: '1', d: '' },
  ],
  ['only the first ; of a line', 'a = 1;2 ; 3', { a: '1;2 ; 3' }],
  ['# begins no inline comment', 'a = 1 # one', { a: '1 # one' }],
  ['continuation lines', 'a = 1\n  2\n\n# comment\n\t3\nb = 4', { a: '1\n2\n3', b: '4' }],
  ['a continuation keeps its ;', 'a = x\n  y ; z', { a: 'x\ny ; z' }],
  ['"" is empty', 'a = ""\nb =\nc = """"', { a: '', b: '', c: '""""' }],
  [
    'quotes and backslashes stay',
    `a = "x y"\nb = 'x'\nc = \\d\\;\\`,
    { a: '"x y"', b: "'x'", c: '\\d\\;\\' },
  ],
  [
    'keys keep case, dots and brackets',
    'A.b = 1\na[] = 2\nx y = 3',
    { 'A.b': '1', 'a[]': '2', 'x y': '3' },
  ],
  ['words of JSON are text', 'a = true\nb = null\nc = 1e3', { a: 'true', b: 'null', c: '1e3' }],
  ['% is literal', 'a = %(b)s %Y', { a: '%(b)s %Y' }],
  ['the first value wins', 'a = 1\na = 2', { a: '1' }],
  [
    'a section again extends the first',
    'a = 1\n[env]\n[plugin:s]\nb = 2\na = 3',
    { a: '1', b: '2' },
  ],
  [
    'names of objects are names',
    '__proto__ = 1\nconstructor = 2',
    Object.fromEntries([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]),
  ],
  ['CRLF and CR', 'a = 1\r\nb = 2\r  3\rc = 4\r\n', { a: '1', b: '2\n3', c: '4' }],
];

for (const [rule, text, values] of syntax) {
  test(`reads ${rule}`, (t) => {
    const { config, faults } = readText(t, `[plugin:s]\n${text}\nuse = x`);
    assert.deepEqual(faults, []);
    const read = Object.entries(config.plugins[0]?.values ?? {});
    assert.deepEqual(read.slice(0, -1), Object.entries(values));
  });
}

const headers: [header: string, name: string][] = [
  ['[plugin:s] # comment', 's'],
  ['[plugin:s]; see [1]', 's'],
  ['[plugin:a b:C.d]', 'a b:C.d'],
  ['[plugin:w[12]]', 'w[12]'],
  ['[plugin:w[12]', 'w[12'],
];

test('reads section names with spaces, colons, dots and brackets', (t) => {
  for (const [header, name] of headers) {
    const { config, faults } = readText(t, `${header}\nuse = x\n`);
    assert.deepEqual([config.plugins[0]?.name, faults], [name, []]);
  }
});

test('takes a byte order mark for what it is', (t) => {
  const { config, faults } = readText(t, '\uFEFF[plugin:s]\r\nuse = \u00e9\r\n');
  assert.deepEqual([config.plugins[0]?.values, faults], [{ use: '\u00e9' }, []]);
});

const broken: [text: string | Uint8Array, faults: string[]][] = [
  [
    '[plugin:s]\nword',
    ['circus.ini:2: [plugin:s] word: is neither a section nor an option: write key = value'],
  ],
  [
    '[plugin:s]\n= 1',
    ['circus.ini:2: [plugin:s] = 1: is neither a section nor an option: write key = value'],
  ],
  [
    '\na = 1\nb = 2\n',
    [
      'circus.ini:2: a = 1: stands before any section header: write [circus] or [watcher:NAME] above it',
    ],
  ],
  [
    '[plugin:s]\n  a = 1',
    [
      'circus.ini:2: [plugin:s] a = 1: a line that begins with white space continues a value, and none stands before it: begin it in column 0',
    ],
  ],
  ['[]\na = 1', ['circus.ini:1: []: is no section: write [name]']],
  ['[abc\na = 1', ['circus.ini:1: [abc: is no section: write [name]']],
  [
    '[watcher:a\ncm',
    [
      'circus.ini:1: [watcher:a: is no section: write [name]',
      'circus.ini:2: [watcher:a] cm: is neither a section nor an option: write key = value',
    ],
  ],
  [
    '[plugin:s] a = 1',
    [
      'circus.ini:1: [plugin:s] a = 1: has text after the section name: put it on a line of its own',
    ],
  ],
  [
    '[plugin:s]\na = \0\nb = \0',
    ['circus.ini:2: has a NUL byte, so this may not be a text file: remove it'],
  ],
  [
    Uint8Array.from([...Buffer.from('[plugin:s]\nuse = '), 0xe9]),
    ['circus.ini:2: is not UTF-8: save the file in that encoding'],
  ],
];

test('tells each kind of broken line with its place and remedy', (t) => {
  for (const [text, lines] of broken) assert.deepEqual(faultLines(readText(t, text).faults), lines);
});

test('tells all of them at once, in the order of the file', (t) => {
  const { faults } = readText(
    t,
    'x\n[watcher:a]\nnumprocesses = many\nword\nshell = perhaps\n[circus]\nzork = 1',
  );
  assert.deepEqual(
    faults.map(({ line }) => line),
    [1, 3, 4, 5, 7],
  );
});

test('warns of an option that is given twice, and of a comment that is taken into a value', (t) => {
  const { warnings } = readText(t, '[plugin:s]\na = 1\na = 2\n  # not a comment');
  assert.deepEqual(faultLines(warnings), [
    'circus.ini:3: [plugin:s] a = 2\\n# not a comment: is given twice and the first value holds, line 2: remove one',
    'circus.ini:4: [plugin:s] a = # not a comment: is taken into the value, because it begins with white space: begin a comment in column 0',
  ]);
});
