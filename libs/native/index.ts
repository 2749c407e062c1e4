/** Linux, for the daemon: starting processes, learning of their deaths, telling who is who. */
export { childFileLimit, fileLimitVariable, raiseFileLimit } from './file-limit.ts';
export { errnoName, SystemError } from './libc.ts';
export { createPipe, type Pipe } from './pipes.ts';
export { requireSupportedPlatform } from './platform.ts';
export {
  type ChildLookup,
  childrenOf,
  descendantsOf,
  isAlive,
  isGroupAlive,
  openChildLookup,
  type ProcessIdentity,
  readIdentity,
} from './process-tree.ts';
export { type ExitListener, type ExitRecord, Reaper, type ReaperScope } from './reaper.ts';
export { type LimitRequest, limitNames } from './rlimits.ts';
export { type CommandRequest, type CommandResult, runCommand } from './run-command.ts';
export { type SignalOutcome, sendSignal, signalGroup } from './signals.ts';
export { type SpawnRequest, type StandardStream, spawnProcess } from './spawn.ts';
export { SpawnError } from './spawn-error.ts';
export { becomeSubreaper } from './subreaper.ts';
export {
  type Group,
  resolveGroup,
  resolveUser,
  supplementaryGroups,
  UnknownAccountError,
  type User,
} from './users.ts';
