/** What becomes of the output of processes. */
export { streamClasses } from './catalog.ts';
export { LogFiles } from './log-files.ts';
export {
  type FullPolicy,
  OutputStream,
  queueLimitBytes,
  type SavedStream,
  type StreamReports,
} from './output-stream.ts';
export { PipeReader, type SavedPipe } from './pipe-reader.ts';
export {
  findStreamProblems,
  planStream,
  type StreamProblem,
  type StreamTexts,
} from './read-stream.ts';
export type {
  Chunk,
  Sink,
  StreamClass,
  StreamContext,
  StreamName,
  StreamPlan,
} from './stream-class.ts';
export { findUnknownDirective, formatTime } from './strftime.ts';
