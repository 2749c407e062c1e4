/** Every stream class: a file of catalog/ each. */
import { fancyStdoutStream } from './catalog/fancy-stdout-stream.ts';
import { fileStream } from './catalog/file-stream.ts';
import { jsonStream } from './catalog/json-stream.ts';
import { queueStream } from './catalog/queue-stream.ts';
import { stdoutStream } from './catalog/stdout-stream.ts';
import { timedRotatingFileStream } from './catalog/timed-rotating-file-stream.ts';
import { watchedFileStream } from './catalog/watched-file-stream.ts';
import type { StreamClass } from './stream-class.ts';

/** In the order of the reference. */
export const streamClasses: readonly StreamClass[] = [
  fileStream,
  watchedFileStream,
  timedRotatingFileStream,
  stdoutStream,
  fancyStdoutStream,
  jsonStream,
  queueStream,
];
