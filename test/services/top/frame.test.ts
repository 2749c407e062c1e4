/** What circus-top shows, as a calculation: messages and keys in, lines out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '#libs/protocol';
import { drawFrame, type Frame } from '../../../services/top/frame.ts';
import { press } from '../../../services/top/keys.ts';
import { printOnce, toJson } from '../../../services/top/print-once.ts';
import { StatsModel } from '../../../services/top/stats-model.ts';
import { paint, terminalFacts } from '../../../services/top/terminal.ts';
import { textWidth } from '../../../services/top/text.ts';
import { firstView, type View } from '../../../services/top/view.ts';

/** A model that has been told of these watchers: cpu of each process by pid. */
function modelOf(watchers: Record<string, Record<number, number>>, now = 1_000): StatsModel {
  const model = new StatsModel(3_000);
  for (const [name, processes] of Object.entries(watchers)) tell(model, name, processes, now);
  return model;
}

function tell(
  model: StatsModel,
  name: string,
  processes: Record<number, number>,
  now: number,
): void {
  const pids = Object.keys(processes).map(Number);
  for (const pid of pids) {
    const payload = { pid, subtopic: pid, name: null, cmdline: `run${pid}`, age: pid, mem: 1 };
    model.take(
      { topic: `stat.${name}.${pid}`, payload: { ...payload, cpu: processes[pid] ?? 0 } },
      now,
    );
  }
  const summary: JsonObject = {
    pid: pids,
    cpu: 12.3,
    mem: 2,
    age: 70,
    state: 'active',
    restarts: 1,
  };
  model.take({ topic: `stat.${name}`, payload: { ...summary, numprocesses: pids.length } }, now);
}

function draw(
  model: StatsModel,
  { view = firstView, width = 80, height = 24, nowMs = 1_000, hasUnicode = true } = {},
): Frame {
  const { lastDataAt } = model;
  const scene = { endpoint: 'tcp://here', now: 2_000, staleMs: 2_000, lastDataAt };
  return drawFrame({ ...scene, groups: model.groups(), view, width, height, nowMs, hasUnicode });
}

function textOf(frame: Frame): string[] {
  return frame.lines.map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}

/** The view after keys, one after another. */
function typing(model: StatsModel, keys: readonly string[], height = 24): View {
  return keys.reduce((view, name) => {
    const letter = [...name].length === 1 ? { letter: name } : {};
    const next = press({ name, ...letter }, view, draw(model, { view, height }));
    assert.ok(next, `${name} leaves`);
    return next;
  }, firstView);
}

test('shows each watcher with its state, and its processes, the busiest first', () => {
  const lines = textOf(draw(modelOf({ web: { 7: 5, 8: 90.5 }, 'a.b': { 9: 0 } })));
  assert.match(lines[0] ?? '', /^Circus Top {2}2 watchers, 3 processes {2}by cpu .* live$/);
  const shown = lines.slice(2, 7);
  assert.match(shown[0] ?? '', /^ ▾ a\.b {2}active 1\/1 1 restart .* 12\.30 .* 2\.00 .* 1m10s$/);
  assert.match(shown[1] ?? '', /^ {7}9 run9 .* 0\.00 .* 1\.00 .* 9s$/);
  assert.match(shown[2] ?? '', /^ ▾ web {2}active 2\/2/);
  assert.match(shown[3] ?? '', /^ {7}8 run8 .* 90\.50 ██████▍/);
  assert.match(shown[4] ?? '', /^ {7}7 run7 .* 5\.00 ▍/);
});

for (const [width, height] of [
  [80, 24],
  [200, 50],
  [40, 10],
] as const) {
  test(`every line fits into ${width} columns, whatever names are like`, () => {
    const model = modelOf({
      漢字漢字漢字漢字漢字漢字漢字漢字: { 1: 0 },
      ['x'.repeat(255)]: { 2: 999.9 },
    });
    model.take({ topic: 'stat.evil', payload: { pid: [], state: '\u001b[2J', cpu: 'N/A' } }, 1_000);
    for (const hasUnicode of [true, false]) {
      const { lines } = draw(model, { width, height, hasUnicode });
      assert.equal(lines.length, height);
      for (const line of lines) {
        const text = line.map((one) => one.text).join('');
        assert.equal(textWidth(text), width, text);
      }
    }
  });
}

test('keys sort, reverse, filter, fold, and make one list of all', () => {
  const model = modelOf({ web: { 7: 5, 8: 90 }, db: { 9: 50 } });
  const pids = (keys: string[]): string[] =>
    textOf(draw(model, { view: typing(model, keys) }))
      .map((line) => /^ {2,7}(\d+) /.exec(line)?.[1] ?? '')
      .filter(Boolean);
  assert.deepEqual(pids([]), ['9', '8', '7']);
  assert.deepEqual(pids(['p']), ['9', '7', '8']);
  assert.deepEqual(pids(['r']), ['9', '7', '8']);
  assert.deepEqual(pids(['a', 't']), ['9', '8', '7']);
  assert.deepEqual(pids(['n', 't']), ['7', '8', '9']);
  assert.deepEqual(pids(['/', 'w', 'e', 'b', 'enter']), ['8', '7']);
  assert.deepEqual(pids(['/', 'R', 'u', 'n', '7', 'enter']), ['7']);
  assert.deepEqual(pids(['/', 'x', 'escape']), ['9', '8', '7']);
  assert.deepEqual(pids(['/', 'd', 'x', 'backspace', 'enter']), ['9']);
  assert.deepEqual(pids(['f']), []);
  assert.deepEqual(pids(['f', 'f']), ['9', '8', '7']);
  assert.deepEqual(pids(['enter']), ['8', '7'], 'the first group is folded');
  assert.deepEqual(pids(['down', 'space']), ['8', '7'], 'the group of the marked process is');
  assert.equal(press({ name: 'q', letter: 'q' }, firstView, draw(model)), undefined);
  const typed = typing(model, ['/', 'q']);
  assert.equal(typed.filter, 'q', 'a filter may have any letter');
});

test('scrolls through a thousand rows, and the mark stays with its process', () => {
  const processes = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [at + 1, at / 10]));
  const model = modelOf({ web: processes });
  const end = draw(model, { view: typing(model, ['end']) });
  assert.match(textOf(end)[21] ?? '', /^ {7}1 run1 /);
  const page = draw(model, { view: typing(model, ['pagedown', 'pagedown']) });
  assert.match(textOf(page).join('\n'), /\n {5}963 run963 /);
  const view = typing(model, ['down', 'down', 'down']);
  assert.equal(view.cursor, 'web\n998');
  tell(model, 'web', { ...processes, 998: 0.05 }, 1_000);
  const moved = draw(model, { view });
  const marked = moved.lines.find((line) => line.some(({ tone }) => tone === 'marked'));
  assert.match(marked?.map(({ text }) => text).join('') ?? '', /998 run998/);
});

test('who is not in the list of pids has ended; who is not told of goes after the time-out', () => {
  const model = modelOf({ web: { 7: 5, 8: 90 } }, 1_000);
  model.take({ topic: 'stat.web', payload: { pid: [8], cpu: 1 } }, 1_500);
  assert.deepEqual(
    model.groups().flatMap(({ members }) => members.map(({ number }) => number)),
    [8],
  );
  tell(model, 'db', { 9: 1 }, 4_400);
  assert.deepEqual(
    model.groups().map(({ name, members }) => [name, members.length]),
    [
      ['db', 1],
      ['web', 0],
    ],
  );
  tell(model, 'db', { 9: 1 }, 4_600);
  assert.deepEqual(
    model.groups().map(({ name }) => name),
    ['db'],
  );
});

test('marks what is out of date, and keeps it when nothing comes at all', () => {
  const model = modelOf({ web: { 7: 5 } }, 1_000);
  const lines = textOf(draw(model, { nowMs: 61_000 }));
  assert.match(lines[0] ?? '', /no data for 1m00s$/);
  assert.match(lines[2] ?? '', /^~▾ web/);
  assert.match(lines[3] ?? '', /^~ {6}7 run7/);
});

test('says that it waits, until there are data', () => {
  const lines = textOf(draw(new StatsModel(3_000)));
  assert.equal(lines[2], '*** Waiting for data ***');
  assert.match(lines[0] ?? '', /connecting$/);
});

test('tells a watcher that ends in digits from a process', () => {
  const model = modelOf({ 'web.80': { 7: 5 }, web: { 80: 1 } });
  const names = model.groups().map(({ name, members }) => [name, members[0]?.number]);
  assert.deepEqual(names, [
    ['web', 80],
    ['web.80', 7],
  ]);
});

test('without unicode and colours there are letters and attributes alone', () => {
  const model = modelOf({ ['web'.repeat(40)]: { 7: 50 } });
  const frame = draw(model, { hasUnicode: false });
  for (const line of textOf(frame)) assert.match(line, /^[\u0020-\u007e]*$/);
  for (const line of frame.lines) assert.doesNotMatch(paint(line, false), /\p{Cc}\[(3|4|9)\d/u);
  const facts = terminalFacts({ LANG: 'C', TERM: 'xterm', NO_COLOR: '1' });
  assert.deepEqual(facts, { hasUnicode: false, hasColours: false });
  const rich = terminalFacts({ LANG: 'de_DE.UTF-8', TERM: 'xterm-256color' });
  assert.deepEqual(rich, { hasUnicode: true, hasColours: true });
});

test('--once prints the layout of release 0.19, --json everything', () => {
  const model = modelOf({ w1: { 687: 0 } });
  model.take(
    {
      topic: 'stat.sockets.8',
      payload: { fd: 8, subtopic: 8, reads: 2, address: '127.0.0.1:16580' },
    },
    1_000,
  );
  model.take({ topic: 'stat.sockets', payload: { addresses: [], reads: 2 } }, 1_000);
  assert.equal(
    printOnce(model.groups()),
    `Circus Top
-------------------------------------------------------------------------------
sockets
   ADDRESS                  HITS
  127.0.0.1:16580              2
                               2 (sum)

w1
   PID                      CPU (%)             MEMORY (%)          AGE (s)
  687                        0.00                1.00                687.00
                             12.30 (avg)         2.00 (sum)          70.00 (older)

-------------------------------------------------------------------------------`,
  );
  const { groups } = toJson(model.groups(), 5) as { groups: Record<string, JsonObject> };
  assert.deepEqual(Object.keys(groups), ['sockets', 'w1']);
  assert.deepEqual(Object.keys(groups['w1']?.['processes'] ?? {}), ['687']);
});
