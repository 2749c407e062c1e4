/**
 * When processes were created and how old they are. The kernel counts from the boot, sleep included;
 * so an age stays true when somebody sets the clock, and only the date of the creation moves.
 */
import { uptime } from 'node:os';
import { ticksPerSecond } from './process-stat.ts';

/** Looking at two clocks one after the other gives another difference each time; this is a change. */
const clockChangeSeconds = 0.5;

/** Asking for the uptime reads a file: a thousand processes are described by one look. Milliseconds. */
const uptimeHoldsMs = 20;

let bootTime = Number.NaN;
let seenUptime = 0;
let seenAt = Number.NEGATIVE_INFINITY;

function uptimeSeconds(): number {
  const now = performance.now();
  if (now - seenAt > uptimeHoldsMs) {
    seenUptime = uptime();
    seenAt = now;
  }
  return seenUptime + (now - seenAt) / 1_000;
}

/** Epoch seconds of the boot, by the clock as it is set now. */
function bootSeconds(): number {
  const now = Date.now() / 1_000 - uptimeSeconds();
  if (!(Math.abs(now - bootTime) < clockChangeSeconds)) bootTime = now;
  return bootTime;
}

/** `startTime` in ticks since the boot, as `ProcessStat` has it; seconds are given. */
export function processTimes(startTime: number): { createTime: number; age: number } {
  const start = startTime / ticksPerSecond;
  return { createTime: bootSeconds() + start, age: Math.max(0, uptimeSeconds() - start) };
}
