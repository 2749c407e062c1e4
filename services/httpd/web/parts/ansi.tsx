/** Text with colours of a terminal: known codes colour it, all others vanish. Never markup. */
import type { ComponentChildren } from 'preact';

const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /\u001b\[([\d;]*)m|\u001b\[[\d;?]*[A-Za-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[\u0000-\u0008\u000b-\u001f\u007f]/g;

interface Style {
  colour: string;
  isBold: boolean;
}

/** `mark`: what is highlighted. */
export function ansiText(text: string, mark: RegExp | undefined): ComponentChildren {
  const parts: ComponentChildren[] = [];
  const style: Style = { colour: '', isBold: false };
  let from = 0;
  for (const match of text.matchAll(sequences)) {
    push(parts, text.slice(from, match.index), style, mark);
    if (match[1] !== undefined) change(style, match[1]);
    from = match.index + match[0].length;
  }
  push(parts, text.slice(from), style, mark);
  return parts;
}

function push(
  parts: ComponentChildren[],
  text: string,
  { colour, isBold }: Style,
  mark: RegExp | undefined,
): void {
  if (text === '') return;
  const shown = mark === undefined ? text : highlighted(text, mark);
  if (colour === '' && !isBold) parts.push(shown);
  else parts.push(<span class={`${colour}${isBold ? ' bold' : ''}`}>{shown}</span>);
}

function highlighted(text: string, mark: RegExp): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(mark)) {
    if (match[0] === '') continue;
    parts.push(text.slice(from, match.index), <mark>{match[0]}</mark>);
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}

/** Select Graphic Rendition: reset, bold, and the sixteen colours. */
function change(style: Style, codes: string): void {
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) Object.assign(style, { colour: '', isBold: false });
    else if (code === 1) style.isBold = true;
    else if (code === 22) style.isBold = false;
    else if (code === 39) style.colour = '';
    else if (code >= 30 && code <= 37) style.colour = `ansi${code - 30}`;
    else if (code >= 90 && code <= 97) style.colour = `ansi${code - 90}`;
  }
}
