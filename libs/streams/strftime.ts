/** The directives of strftime that log lines and file names need; months and days are English. */

/** How a moment is written: in UTC, or in the time zone of circusd. */
export interface TimeForm {
  readonly utc: boolean;
}

interface Parts {
  readonly date: Date;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** East of Greenwich. */
  readonly offsetMinutes: number;
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

const directives: Readonly<Record<string, (parts: Parts) => string>> = {
  Y: ({ year }) => pad(year, 4),
  y: ({ year }) => pad(year % 100),
  m: ({ month }) => pad(month + 1),
  d: ({ day }) => pad(day),
  e: ({ day }) => String(day).padStart(2),
  H: ({ hour }) => pad(hour),
  I: ({ hour }) => pad(hour % 12 || 12),
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  M: ({ minute }) => pad(minute),
  S: ({ second }) => pad(second),
  f: ({ millisecond }) => `${pad(millisecond, 3)}000`,
  j: ({ year, month, day }) =>
    pad((Date.UTC(year, month, day) - Date.UTC(year, 0, 1)) / 86_400_000 + 1, 3),
  a: ({ weekday }) => (days[weekday] ?? '').slice(0, 3),
  A: ({ weekday }) => days[weekday] ?? '',
  b: ({ month }) => (months[month] ?? '').slice(0, 3),
  B: ({ month }) => months[month] ?? '',
  u: ({ weekday }) => String(weekday || 7),
  w: ({ weekday }) => String(weekday),
  s: ({ date }) => String(Math.floor(date.getTime() / 1_000)),
  z: ({ offsetMinutes }) => formatOffset(offsetMinutes),
  F: (parts) => write('%Y-%m-%d', parts),
  T: (parts) => write('%H:%M:%S', parts),
  D: (parts) => write('%m/%d/%y', parts),
  R: (parts) => write('%H:%M', parts),
  '%': () => '%',
};

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`;
}

function write(format: string, parts: Parts): string {
  return format.replace(/%(.)/gs, (whole, letter: string) => directives[letter]?.(parts) ?? whole);
}

function partsOf(date: Date, utc: boolean): Parts {
  const offsetMinutes = utc ? 0 : -date.getTimezoneOffset();
  // The fields of the local time are those of UTC of a moment that is as much later.
  const local = new Date(date.getTime() + offsetMinutes * 60_000);
  return {
    date,
    year: local.getUTCFullYear(),
    month: local.getUTCMonth(),
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
    offsetMinutes,
  };
}

/** Writes a moment, in milliseconds since 1970. A directive that is not known stays as it is. */
export function formatTime(format: string, timeMs: number, { utc }: TimeForm): string {
  return write(format, partsOf(new Date(timeMs), utc));
}

/** The first directive of a format that is not known. */
export function findUnknownDirective(format: string): string | undefined {
  for (const [whole, letter = ''] of format.matchAll(/%(.?)/gs)) {
    if (!Object.hasOwn(directives, letter)) return whole;
  }
  return undefined;
}
