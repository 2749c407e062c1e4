/** Options that several stream classes have. */
import { choice, integer, number, type OptionKind, string } from '#libs/options';
import { findUnknownDirective } from './strftime.ts';

/** A format of strftime, of which a subset is known. */
const timeFormat: OptionKind<string> = {
  ...string,
  name: 'time format',
  form: "a format of strftime such as '%Y-%m-%d %H:%M:%S'",
  parse: (text) => (findUnknownDirective(text) === undefined ? text : undefined),
};

export const filename = {
  name: 'filename',
  kind: string,
  default: null,
  doc: 'The file to append to; a temporary file without it.',
  manual: '5.3.2',
} as const;

export const timeFormatRow = {
  name: 'time_format',
  kind: timeFormat,
  default: null,
  doc: 'Put the time, in this format of strftime, and the process id in front of each line.',
  manual: '-',
} as const;

export const maxBytes = {
  name: 'max_bytes',
  kind: integer,
  default: 0,
  minimum: 0,
  unit: 'bytes',
  doc: 'Begin a new file before this size; 0 is never.',
  manual: '-',
} as const;

export const backupCount = {
  name: 'backup_count',
  kind: integer,
  default: 0,
  minimum: 0,
  maximum: 100_000,
  doc: 'How many old files to keep; with 0 none is renamed.',
  manual: '-',
} as const;

/** What happens when the file or terminal takes less than the processes write. */
export const onFull = {
  name: 'on_full',
  kind: choice('block', 'drop'),
  default: 'block',
  doc: 'When output cannot be written as fast as it comes: `block`, the process waits and nothing is lost, or `drop`, output is lost and counted.',
  manual: '-',
} as const;

export const refreshTime = {
  name: 'refresh_time',
  kind: number,
  default: 0.3,
  doc: 'Of old releases: output is passed on at once.',
  manual: '5.3.2',
  isIgnored: true,
} as const;
