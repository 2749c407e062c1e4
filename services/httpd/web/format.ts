/** Figures as people read them. `–` is not known. */

const unknown = '–';
const units = ['B', 'KB', 'MB', 'GB', 'TB'];

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return unknown;
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[power]}`;
}

/** Of a core: several cores make more than 100. */
export function formatPercent(percent: number | null): string {
  if (percent === null) return unknown;
  return `${percent.toFixed(percent >= 100 ? 0 : 1)} %`;
}

/** The two largest parts: `3 d 4 h`, `12 s`. */
export function formatSpan(seconds: number | null): string {
  if (seconds === null) return unknown;
  const whole = Math.max(0, Math.floor(seconds));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(first === -1 ? 3 : first, first === -1 ? 4 : first + 2);
  return shown
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** The largest part: `3 d ago`. */
export function formatAgo(seconds: number): string {
  const [count = '0', unit = 's'] = formatSpan(seconds).split(' ');
  return `${count} ${unit} ago`;
}

export function formatTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toLocaleTimeString('en-GB');
}

/** `14:05`, or with seconds `14:05:30`. */
export function formatClock(epochSeconds: number, hasSeconds: boolean): string {
  return formatTime(epochSeconds).slice(0, hasSeconds ? 8 : 5);
}

export function formatMoment(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toLocaleString('sv-SE');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
