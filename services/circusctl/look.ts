/** Whether standard output is read by people, and what their terminal can show. */
import type { Settings } from './settings.ts';

/** Colours by what they say; whoever is colour-blind has the word and the sign beside them. */
export type Tone = 'good' | 'busy' | 'bad' | 'quiet' | 'strong';

/** How to write for whoever reads standard output. */
export interface Look {
  /** Tables instead of the plain forms that scripts read. */
  readonly isRich: boolean;
  readonly isColoured: boolean;
  /** Signs beyond ASCII. */
  readonly isUnicode: boolean;
  /** Columns; `undefined`: lines may be as long as they like. */
  readonly width: number | undefined;
}

const codes: Readonly<Record<Tone, string>> = {
  good: '32',
  busy: '33',
  bad: '31',
  quiet: '2',
  strong: '1',
};

/** Tables on a terminal or when colours are forced; NO_COLOR takes colours away, tables stay. */
export function lookOf({ colour }: Settings, env: NodeJS.ProcessEnv = process.env): Look {
  const isTerminal = process.stdout.isTTY === true;
  const mayColour = !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    isRich: isTerminal || colour === 'always',
    isColoured: colour === 'always' || (colour === 'auto' && isTerminal && mayColour),
    isUnicode: /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''),
    width: isTerminal ? process.stdout.columns || 80 : undefined,
  };
}

/** The text in the colour of its tone. */
export function paint(text: string, tone: Tone, { isColoured }: Look): string {
  return isColoured && text !== '' ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text;
}
