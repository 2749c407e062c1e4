/** The contract between circusd and whoever talks to it: envelope, errors, events, controller. */
export type {
  AddRequest,
  Controller,
  EventReplay,
  GlobalOptions,
  KillRequest,
  Operation,
  ProcessView,
  Selection,
  SignalRequest,
  SocketView,
  UpgradeRequest,
  WatcherStatus,
  WatcherView,
} from './controller.ts';
export {
  errorReply,
  okReply,
  parseRequest,
  type ReplyBody,
  type Request,
  salvageRequest,
} from './envelope.ts';
export { CircusError, type ErrorCode, errorTable, messageOf, traceOf } from './errors.ts';
export {
  commonEventKeys,
  type EventKey,
  type EventName,
  type EventRow,
  eventTable,
} from './event-table.ts';
export {
  type EventPayload,
  eventTopic,
  type PublishedEvent,
  parseTopic,
  topicName,
} from './events.ts';
export { isJsonObject, type Json, type JsonObject } from './json.ts';
export {
  type LogPiece,
  type LogReply,
  type LogRequest,
  type LogSource,
  logTopic,
  readyTopic,
} from './logs.ts';
export { processKeys } from './process-keys.ts';
export { findSignal, parseSignal, signalName } from './signals.ts';
export {
  circusGroup,
  circusPrograms,
  parseStatTopic,
  type StatSubject,
  socketsGroup,
  statTopic,
} from './stats.ts';
