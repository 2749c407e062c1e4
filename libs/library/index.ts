/** The library (manual 5.9): arbiters, watchers and processes in a program of one's own. */
export {
  CircusClient,
  ClosedError,
  EndpointError,
  EventSubscriber as CircusConsumer,
  ReplyError,
  TimeoutError,
} from '#libs/client';
export { SpawnError } from '#libs/native';
export { CircusPlugin, type EventData } from '#libs/plugin';
export { CircusError, type Json, type JsonObject, type PublishedEvent } from '#libs/protocol';
export { Arbiter, type ArbiterOptions } from './arbiter.ts';
export type {
  NamedWatcherDescription,
  PluginDescription,
  SocketDescription,
  StreamDescription,
  WatcherDescription,
} from './descriptions.ts';
export { type GetArbiterOptions, getArbiter, type OneWatcherOptions } from './get-arbiter.ts';
export type { ArbiterLog } from './log.ts';
export { Process, type ProcessExit, type ProcessOptions } from './process.ts';
export type { ProcessHandle, ProcessStatus } from './process-handle.ts';
export { type WatchedProcess, Watcher } from './watcher.ts';
