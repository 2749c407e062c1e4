/** Sizes and times as the process description spells them (protocol 2.6). */
import { ticksPerSecond } from './process-stat.ts';

const units = ['K', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

/** `1023B`, `1.50K`, `35.08M`: powers of 1024. */
export function printBytes(bytes: number): string {
  let amount = bytes;
  let unit = 'B';
  for (const next of units) {
    if (amount < 1024) break;
    amount /= 1024;
    unit = next;
  }
  return unit === 'B' ? `${amount}B` : `${amount.toFixed(2)}${unit}`;
}

/** `M:SS.ff` of CPU time: minutes modulo 60, seconds in two digits, hundredths unpadded at the end. */
export function printCpuTime(ticks: number): string {
  const seconds = Math.floor(ticks / ticksPerSecond);
  const minutes = Math.floor(seconds / 60) % 60;
  const hundredths = Math.floor(((ticks % ticksPerSecond) * 100) / ticksPerSecond);
  // The original prints the first two digits of the microseconds, which for 0 is one digit.
  const fraction = hundredths === 0 ? '0' : String(hundredths).padStart(2, '0');
  return `${minutes}:${String(seconds % 60).padStart(2, '0')}.${fraction}`;
}
