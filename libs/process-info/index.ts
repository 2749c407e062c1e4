/** What is known of a process from outside: the description that `stats` gives, and /proc behind it. */
export { describeProcess, notAvailable, type ProcessUse } from './describe-process.ts';
export { processTimes } from './process-clock.ts';
export { type ProcessDetails, readProcessDetails } from './process-details.ts';
export { ProcessMeter } from './process-meter.ts';
export { commandOf, ownerOf } from './process-names.ts';
export {
  type ProcessStat,
  readProcessStat,
  readProcFile,
  ticksPerSecond,
} from './process-stat.ts';
