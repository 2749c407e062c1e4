/** Real daemons for benchmarks, chaos and system tests, and what can be seen of them from outside. */
export { findFreePorts } from './free-ports.ts';
export {
  countDescriptors,
  isRunning,
  listEntries,
  readArguments,
  readCpuMs,
  readCpuTicks,
  readEntry,
  readEnvironment,
  readPrivateMb,
} from './proc.ts';
export { type EventStream, type RunningDaemon, withDaemon } from './running-daemon.ts';
export { median, percentile } from './statistics.ts';
export { waitUntil } from './wait-until.ts';
