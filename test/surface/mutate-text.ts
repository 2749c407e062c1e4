/** Configurations as people, editors and broken disks spoil them. */
import type { Dice } from './dice.ts';

/** What stands where something else should. */
const oddities = [
  '',
  ' ',
  '\0',
  '\uFEFF',
  '\uFFFD',
  '\u2028',
  '=',
  ':',
  ';',
  ' ; x',
  '#',
  '"',
  "'",
  '\\',
  '[',
  ']',
  '[]',
  '[[',
  '[watcher:]',
  '[env:*]',
  '[circus]',
  '[__proto__]',
  '[watcher:__proto__]',
  '__proto__ = 1',
  'constructor = 1',
  '$(circus.wid)',
  '$(circus.env.__proto__)',
  '((circus.env.HOME))',
  '$(',
  '${socket:',
  '$WID$WID',
  'true',
  'nan',
  'inf',
  '-1',
  '1e999',
  '99999999999999999999',
  '0x10',
  '١٢',
  '../../..',
  '/',
  '*',
  '**/*',
  '[!a',
  'rem x',
  '\tx',
  '%(x)s',
  'é\u0301',
  '💥',
];

type Mutation = (lines: string[], dice: Dice) => void;

const mutations: readonly Mutation[] = [
  (lines, dice) => lines.splice(dice.below(lines.length), 1 + dice.below(3)),
  (lines, dice) => lines.splice(dice.below(lines.length), 0, dice.pick(lines)),
  (lines, dice) => lines.splice(dice.below(lines.length), 0, dice.pick(oddities)),
  (lines, dice) => lines.splice(dice.below(lines.length)),
  (lines, dice) => lines.reverse().splice(dice.below(lines.length)),
  onLine((line, dice) => line.slice(0, dice.below(line.length + 1))),
  onLine((line, dice) => `${' '.repeat(dice.below(3))}${line}${dice.pick(oddities)}`),
  onLine((line, dice) => line.replace(/=.*/, `= ${dice.pick(oddities)}`)),
  onLine((line, dice) => line.replace(/^[^=]*/, dice.pick(oddities))),
  onLine((line, dice) => insert(line, dice.below(line.length + 1), dice.pick(oddities))),
  onLine((line, dice) => insert(line, dice.below(line.length + 1), randomText(dice))),
  onLine((line, dice) => line.repeat(dice.below(50))),
  onLine((line) => line.toUpperCase()),
  onLine((line) => line.replace('=', '')),
  onLine((line) => `${line}\r`),
];

/** The text with one to four things wrong, or strange, in it; now and then bytes that are no text. */
export function mutateText(text: string, dice: Dice): Buffer {
  const lines = text.split('\n');
  for (let left = 1 + dice.below(4); left > 0; left -= 1) {
    if (lines.length === 0) lines.push('');
    dice.pick(mutations)(lines, dice);
  }
  const bytes = Buffer.from(lines.join(dice.happens(3) ? '\r\n' : '\n'));
  if (dice.happens(5) && bytes.length > 0) bytes[dice.below(bytes.length)] = dice.below(256);
  return bytes;
}

function onLine(change: (line: string, dice: Dice) => string): Mutation {
  return (lines, dice) => {
    const at = dice.below(lines.length);
    lines[at] = change(lines[at] ?? '', dice);
  };
}

function insert(line: string, at: number, part: string): string {
  return `${line.slice(0, at)}${part}${line.slice(at)}`;
}

/** Letters of every kind, halves of pairs among them. */
function randomText(dice: Dice): string {
  const units = Array.from({ length: 1 + dice.below(12) }, () =>
    dice.below(dice.happens(80) ? 128 : 65_536),
  );
  return String.fromCharCode(...units);
}
