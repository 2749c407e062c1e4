/** Configuration: files, environments, variables, and the option tables of circus and watchers. */
export { type CircusOptions, circusTable } from './circus-options.ts';
export {
  buildCommandLine,
  buildWorkerCommand,
  type CommandLine,
  type CommandOptions,
  type WorkerFacts,
} from './command-line.ts';
export { type CompanionHost, withCompanions } from './companions.ts';
export { type ConfigDescription, createConfig, createWatcher } from './create-config.ts';
export { dependenciesOf, requireDependencies } from './depends-on.ts';
export { buildEnvironment, type OwnEnvironment } from './environment.ts';
export type { ConfigFault } from './fault.ts';
export { formatFaults } from './format-faults.ts';
export { parseHook } from './hook.ts';
export {
  type ConfigPlan,
  type OptionChange,
  planChanges,
  type WatcherChange,
} from './plan.ts';
export { isTouched, type SocketPlan, socketIdentity } from './plan-sockets.ts';
export { endpointVariables } from './plugin-watcher.ts';
export {
  buildProbeTarget,
  isProbe,
  type ProbeKind,
  type ProbeTarget,
  readinessNumber,
} from './probe-targets.ts';
export {
  type CircusConfig,
  type ConfigReading,
  readConfig,
} from './read-config.ts';
export type { PluginConfig } from './read-plugin.ts';
export type { SocketConfig } from './read-socket.ts';
export { type ConfigChecks, createWatcherConfig } from './read-watcher.ts';
export { matchesPattern } from './shell-pattern.ts';
export { quoteWord, splitWords } from './shell-words.ts';
export { findSocketNames, ownSockets, requireSockets, servedSockets } from './socket-names.ts';
export { type SocketOptions, socketTable } from './socket-options.ts';
export {
  environmentVariables,
  substitute,
  type VariableLookup,
  workerVariables,
} from './variables.ts';
export type { WatcherConfig } from './watcher-config.ts';
export {
  type HookName,
  hookNames,
  rlimitNames,
  type StreamName,
  type StreamOptions,
} from './watcher-families.ts';
export { type OptionFamily, watcherFamilies } from './watcher-family-table.ts';
export {
  applyWatcherOption,
  checkWatcherOption,
  defaultWatcherOptions,
  describeOptions,
  isWatcherOption,
  parseWatcherOption,
  printWatcherOption,
  requireConsistent,
  setWatcherOption,
  type WatcherSetting,
} from './watcher-options.ts';
export { type WatcherOptions, watcherTable } from './watcher-table.ts';
