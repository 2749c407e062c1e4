/** The terminal, by blessed: shows frames and tells keys. It knows nothing of statistics. */
import blessed from 'blessed';
import type { Key } from './keys.ts';
import type { Line, Tone } from './text.ts';

/** What a terminal can do. */
export interface TerminalFacts {
  readonly hasUnicode: boolean;
  readonly hasColours: boolean;
}

/** Sixteen colours at most, so that every scheme of a terminal fits. */
const colours: Readonly<Record<Tone, string>> = {
  plain: '',
  strong: '1',
  // Grey is of the second eight, and blessed makes black of it where a terminal is known for eight.
  faint: '36',
  good: '32',
  warning: '33',
  bad: '31',
  accent: '1;36',
  marked: '7',
};

/** Without colours: what is lit up, and what is turned over. */
const attributes: Readonly<Record<Tone, string>> = {
  ...colours,
  faint: '',
  good: '',
  warning: '1',
  bad: '1',
  accent: '1',
};

/** A line with the escape sequences of its tones. */
export function paint(line: Line, hasColours: boolean): string {
  const codes = hasColours ? colours : attributes;
  return line
    .map(({ text, tone }) => {
      const code = codes[tone];
      return code === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
    })
    .join('');
}

/** By the usual variables: LC_ALL, LC_CTYPE, LANG; NO_COLOR. */
export function terminalFacts(env: NodeJS.ProcessEnv): TerminalFacts {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const isPlain = (env['NO_COLOR'] ?? '') !== '' || /^(dumb|vt\d+)$/.test(env['TERM'] ?? 'dumb');
  return { hasUnicode: /utf-?8/i.test(locale), hasColours: !isPlain };
}

/** The whole screen of a terminal, until it is closed. */
export class Terminal {
  readonly #screen: blessed.Widgets.Screen;
  readonly #box: blessed.Widgets.BoxElement;
  readonly #facts: TerminalFacts;

  /** Takes the screen over. */
  constructor(
    facts: TerminalFacts,
    { onKey, onResize }: { onKey: (key: Key) => void; onResize: () => void },
  ) {
    this.#facts = facts;
    this.#screen = blessed.screen({
      smartCSR: true,
      fullUnicode: facts.hasUnicode,
      title: 'circus-top',
    });
    this.#box = blessed.box({ top: 0, left: 0, width: '100%', height: '100%', wrap: false });
    this.#screen.append(this.#box);
    this.#screen.on(
      'keypress',
      (letter: string | undefined, key: blessed.Widgets.Events.IKeyEventArg) => {
        onKey(readKey(letter, key));
      },
    );
    this.#screen.on('resize', onResize);
  }

  get width(): number {
    return Number(this.#screen.width);
  }

  get height(): number {
    return Number(this.#screen.height);
  }

  show(lines: readonly Line[]): void {
    const { hasColours } = this.#facts;
    this.#box.setContent(lines.map((line) => paint(line, hasColours)).join('\n'));
    this.#screen.render();
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.#screen.destroy();
  }
}

/** blessed names a return twice, `return` and `enter`; and letters in capitals `S-g`. */
function readKey(
  letter: string | undefined,
  { name, full }: { name?: string; full?: string },
): Key {
  const isLetter = letter !== undefined && letter >= ' ' && letter !== '\u007f';
  const named = full ?? name ?? letter ?? '';
  const known = named === 'return' || named === 'linefeed' ? 'enter' : named;
  return isLetter ? { name: letter === ' ' ? 'space' : known, letter } : { name: known };
}
