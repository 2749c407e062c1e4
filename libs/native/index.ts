/** Linux, for the daemon: starting processes, learning of their deaths, telling who is who. */
export { type ActivatedSocket, closeActivated, takeActivatedSockets } from './activation.ts';
export { connectNow, findPeer, type Peer } from './connect-now.ts';
export { openDatagramSender } from './datagram-sender.ts';
export { EmbeddedReaper } from './embedded-reaper.ts';
export { chainedPids, noteChain } from './exec-chain.ts';
export type { DescriptorMapping } from './file-actions.ts';
export { childFileLimit, fileLimitVariable, raiseFileLimit } from './file-limit.ts';
export { errnoName, SystemError } from './libc.ts';
export {
  adoptSocket,
  isAccepting,
  ListeningSocket,
  openSocket,
  requireInterface,
  type SavedSocket,
  type SocketRequest,
} from './listening-socket.ts';
export { createMemoryFile } from './memory-file.ts';
export { type NotifyMessage, NotifySocket, type SavedNotifySocket } from './notify-socket.ts';
export { duplicate, listOwnSockets, type OwnSocket, shutDown, unreadBytes } from './own-sockets.ts';
export { createPipe, type Pipe, widenPipe } from './pipes.ts';
export { constants, requireSupportedPlatform } from './platform.ts';
export { DescriptorPoll } from './poll.ts';
export { readMark } from './process-mark.ts';
export {
  type ChildLookup,
  childPidsOf,
  childrenOf,
  descendantsOf,
  isAlive,
  isGroupAlive,
  keepChildLookup,
  openChildLookup,
  ownChildPids,
  type ProcessIdentity,
  readIdentity,
} from './process-tree.ts';
export { resolveProtocol } from './protocols.ts';
export { type ExitListener, type ExitRecord, Reaper, type ReaperScope } from './reaper.ts';
export { type ProgramRequest, replaceProgram, setCloseOnExec } from './replace-program.ts';
export { type LimitRequest, limitNames } from './rlimits.ts';
export { type CommandRequest, type CommandResult, runCommand } from './run-command.ts';
export { sendNow } from './send.ts';
export { type SignalOutcome, sendSignal, signalGroup } from './signals.ts';
export {
  formatAddress,
  readLocalAddress,
  type SocketAddress,
  type SocketFamily,
  type SocketType,
  socketFamilies,
  socketTypes,
} from './socket-address.ts';
export { SocketError } from './socket-error.ts';
export {
  bindToInterface,
  getSocketOption,
  isBlocking,
  isListening,
  listenAgain,
  readInterface,
  setBlocking,
  shareAddress,
} from './socket-options.ts';
export { type SpawnRequest, type StandardStream, spawnProcess } from './spawn.ts';
export { isPassing, SpawnError } from './spawn-error.ts';
export { becomeSubreaper } from './subreaper.ts';
export {
  type Group,
  resolveGroup,
  resolveUser,
  supplementaryGroups,
  UnknownAccountError,
  type User,
} from './users.ts';
