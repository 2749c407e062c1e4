import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Selection } from '#libs/protocol';
import { selectByPattern } from '../../../libs/commands/select.ts';
import { scriptedController } from './scripted-controller.ts';

const one = (key: string): Selection => ({ kind: 'one', key });
const several = (...keys: string[]): Selection => ({ kind: 'several', keys });

/** Method, pattern, and which of alpha, one, web-1, web-2 it means; `undefined` for none. */
const rows: readonly (readonly [string, string, Selection | undefined])[] = [
  ['glob', 'web-1', one('web-1')],
  ['glob', 'WEB-1', one('web-1')],
  ['glob', 'web-*', several('web-1', 'web-2')],
  ['glob', '*', several('alpha', 'one', 'web-1', 'web-2')],
  ['glob', 'web-[!1]', one('web-2')],
  ['glob', 'web-?', several('web-1', 'web-2')],
  ['glob', 'web', undefined],
  ['glob', '', undefined],
  ['simple', 'WEB-2', one('web-2')],
  ['simple', 'web-*', undefined],
  ['regex', 'web', several('web-1', 'web-2')],
  ['regex', 'eb', undefined],
  ['regex', 'WEB-\\D|a', one('alpha')],
  ['regex', 'x|web-2$', one('web-2')],
  ['regex', '', several('alpha', 'one', 'web-1', 'web-2')],
];

for (const [match, name, expected] of rows) {
  test(`${match} '${name}' selects ${JSON.stringify(expected) ?? 'nothing'}`, () => {
    const select = () => selectByPattern(scriptedController(), { match, name });
    if (expected !== undefined) assert.deepEqual(select(), expected);
    else assert.throws(select, { code: 'not_found', message: `program ${name} not found` });
  });
}

test('no name is all watchers, whatever the method', () => {
  assert.deepEqual(selectByPattern(scriptedController(), { match: 'foo' }), { kind: 'all' });
});

test('a regular expression that would take for ever is refused in good time', () => {
  const controller = scriptedController();
  const [view] = controller.watchers();
  assert.ok(view);
  const key = `${'a'.repeat(40)}b`;
  const began = performance.now();
  assert.throws(
    () =>
      selectByPattern(
        { ...controller, watchers: () => [{ ...view, key }] },
        { match: 'regex', name: '(a+)+$' },
      ),
    { code: 'invalid_message', message: /'\(a\+\)\+\$' takes longer than 50 ms: write it without/ },
  );
  assert.ok(performance.now() - began < 1_000);
});
