import { withTime } from '../line-forms.ts';
import * as rows from '../option-rows.ts';
import { defineStream } from '../stream-class.ts';
import { temporaryName } from '../temporary-name.ts';

/** Protocol 8. */
export const watchedFileStream = defineStream({
  name: 'WatchedFileStream',
  doc: 'Appends to a file, and opens it again when it was renamed or removed: for logrotate without a signal.',
  options: [rows.filename, rows.timeFormatRow, rows.onFull, rows.refreshTime],
  plan({ filename, time_format }, context) {
    const sink = context.files.at(filename ?? temporaryName(context), { watches: true });
    return time_format === null ? { sink } : { sink, format: withTime(time_format, context.now) };
  },
});
