import type { ConfigFault } from './fault.ts';

/** One line a fault: `file:line: [section] key = value: message`, without the parts it has not. */
export function formatFaults(faults: readonly ConfigFault[]): string {
  return faults.map(formatFault).join('\n');
}

function formatFault({ file, line, section, key, value, message }: ConfigFault): string {
  const place = line === null ? file : `${file}:${line}`;
  const what = [section === null ? undefined : `[${section}]`, formatPair(key, value)];
  const subject = what.filter((part) => part !== undefined).join(' ');
  return [place, subject, message].filter((part) => part !== '').join(': ');
}

function formatPair(key: string | null, value: string | null): string | undefined {
  const shown = value === null ? undefined : formatValue(value);
  if (key === null) return shown;
  return shown === undefined ? key : `${key} = ${shown}`;
}

/** Keeps a fault on one line, and control characters off the terminal. */
function formatValue(value: string): string {
  const short = value.length > 80 ? `${value.slice(0, 77)}...` : value;
  const isPlain = !/\p{Cc}/u.test(short);
  return isPlain ? short : JSON.stringify(short).slice(1, -1);
}
