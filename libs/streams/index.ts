/** What becomes of the output of processes. */
export { streamClasses } from './catalog.ts';
export { FileTail, type HeldFile, readFileEnd } from './file-tail.ts';
export { LogFiles } from './log-files.ts';
export { type LogRecord, LogRing, lastLines } from './log-ring.ts';
export {
  type FullPolicy,
  OutputStream,
  queueLimitBytes,
  type SavedStream,
  type StreamReports,
} from './output-stream.ts';
export { pieceEnd } from './piece-end.ts';
export { type PipeEvents, PipeReader, type SavedPipe } from './pipe-reader.ts';
export {
  findStreamProblems,
  planStream,
  type StreamProblem,
  type StreamTexts,
} from './read-stream.ts';
export { ownOutputs } from './standard-output.ts';
export type {
  Chunk,
  Sink,
  StreamClass,
  StreamContext,
  StreamHosts,
  StreamName,
  StreamPlan,
} from './stream-class.ts';
export { findUnknownDirective, formatTime } from './strftime.ts';
