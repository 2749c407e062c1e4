import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkOption,
  defaultValues,
  defineOptions,
  findOption,
  integer,
  type OptionValues,
  parseOption,
  printOption,
  printValue,
  string,
  suggestName,
  tableSchema,
  withDefaults,
} from '#libs/options';

const table = defineOptions([
  {
    name: 'workers',
    kind: integer,
    default: 1,
    minimum: 0,
    maximum: 9,
    clampsOnWire: true,
    doc: 'How many.',
    manual: '5.3.2',
  },
  { name: 'age', kind: integer, default: 0, minimum: 0, doc: 'How old.', manual: '-' },
  { name: 'title', kind: string, default: null, doc: 'Its title.', manual: '-' },
]);
const [workers, age, title] = table;

test('gives the record of a table its types and defaults', () => {
  const values: OptionValues<typeof table> = defaultValues(table);
  const count: number = values.workers;
  const name: string | null = values.title;
  assert.deepEqual([count, name, values.age], [1, null, 0]);
  assert.deepEqual(withDefaults(table, new Map([['age', 3]])), { workers: 1, age: 3, title: null });
});

test('finds a row in any case', () => {
  assert.equal(findOption(table, 'WORKERS'), workers);
  assert.equal(findOption(table, 'zork'), undefined);
});

test('refuses text of another kind or out of range, and says what is right', () => {
  assert.throws(() => parseOption(workers, 'x'), {
    message: '"x" is not a whole number such as 3',
  });
  assert.throws(() => parseOption(workers, '-1'), { message: '-1 is too low, 0 is the lowest' });
  assert.throws(() => parseOption(workers, '10'), { message: '10 is too high, 9 is the highest' });
});

test('raises a wire value into the range only where the row says so', () => {
  assert.equal(checkOption(workers, -5), 0);
  assert.throws(() => checkOption(workers, 50), {
    message: "'workers' is too high, 9 is the highest",
  });
  assert.throws(() => checkOption(age, -5), { message: "'age' is too low, 0 is the lowest" });
});

test('takes null and empty text for options that can be unset, and only for those', () => {
  assert.equal(checkOption(title, null), null);
  assert.equal(parseOption(title, ''), null);
  assert.equal(printOption(title, null), '');
  assert.throws(() => checkOption(age, null), { message: "'age' isn't an integer" });
});

test('describes a table as JSON Schema', () => {
  assert.deepEqual(tableSchema(table), {
    type: 'object',
    properties: {
      workers: { type: 'integer', description: 'How many.', default: 1, maximum: 9 },
      age: { type: 'integer', description: 'How old.', default: 0, minimum: 0 },
      title: {
        description: 'Its title.',
        default: null,
        anyOf: [{ type: 'string' }, { type: 'null' }],
      },
    },
    additionalProperties: false,
  });
});

test('prints values as Python does', () => {
  assert.equal(printValue(null), '');
  assert.equal(printValue(true), 'True');
  assert.equal(printValue({}), '{}');
  assert.equal(printValue({ a: 'x', b: [1, null, "it's"] }), `{'a': 'x', 'b': [1, None, "it's"]}`);
});

test('suggests the close spelling and no far one', () => {
  const names = ['numprocesses', 'priority', 'uid'];
  assert.equal(suggestName('NumProceses', names), 'numprocesses');
  assert.equal(suggestName('proirity', names), 'priority');
  assert.equal(suggestName('wbe', ['db', 'web']), 'web');
  assert.equal(suggestName('prot', ['port', 'proto']), 'proto');
  assert.equal(suggestName('zork', names), undefined);
  assert.equal(suggestName('', names), undefined);
});
