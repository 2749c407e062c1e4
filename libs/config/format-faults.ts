import type { ConfigFault } from './fault.ts';

/** More than a screen or two nobody reads, and a reply has to carry them. */
const mostShown = 100;

/**
 * One line a fault: `file:line: [section] key = value: message`, without the parts it has not. Of more
 * than a hundred the last line says how many more there are.
 */
export function formatFaults(faults: readonly ConfigFault[]): string {
  const lines = faults.slice(0, mostShown).map(formatFault);
  const more = faults.length - lines.length;
  return [...lines, ...(more > 0 ? [`... and ${more} more`] : [])].join('\n');
}

function formatFault({ file, line, section, key, value, message }: ConfigFault): string {
  const place = line === null ? file : `${file}:${line}`;
  const what = [section === null ? undefined : `[${section}]`, formatPair(key, value)];
  const subject = what.filter((part) => part !== undefined).join(' ');
  return escapeControls([place, subject, message].filter((part) => part !== '').join(': '));
}

function formatPair(key: string | null, value: string | null): string | undefined {
  const shown = value === null ? undefined : shorten(value);
  if (key === null) return shown;
  return shown === undefined ? key : `${key} = ${shown}`;
}

function shorten(value: string): string {
  return value.length > 80 ? `${value.slice(0, 77)}...` : value;
}

/** Keeps a fault on one line, and what a file holds from moving the cursor of a terminal. */
function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => {
    const escaped = JSON.stringify(control).slice(1, -1);
    if (escaped !== control) return escaped;
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
