/** What is known of a process from outside: the description that `stats` gives, and /proc behind it. */
export { ProcessMeter } from './process-meter.ts';
export {
  type ProcessStat,
  readProcessStat,
  readProcFile,
  ticksPerSecond,
} from './process-stat.ts';
